"""Made-up papers for the demo city: a sheet that says what it stands for, so that the viewer can be tried."""

from __future__ import annotations

import functools
import io

from noto_cjk_sans_jp_regular import FONT_PATH

from madoguchi.common.files.configured import configured
from madoguchi.common.files.intake import Accepted, take_in

SHEET = (840, 594)


@functools.cache
def paper_of(label: str) -> Accepted:
    """A picture of a sheet with the label and the word 見本, taken in like any other file."""
    from PIL import Image, ImageDraw, ImageFont

    sheet = Image.new("RGB", SHEET, "#f7f4ea")
    draw = ImageDraw.Draw(sheet)
    font_file = str(FONT_PATH)
    draw.rectangle((20, 20, SHEET[0] - 20, SHEET[1] - 20), outline="#8a8370", width=3)
    draw.text((60, 60), label, font=ImageFont.truetype(font_file, 34), fill="#333333")
    draw.text(
        (60, 250), "見本（デモの架空の書類です）", font=ImageFont.truetype(font_file, 44), fill="#9a3324"
    )
    content = io.BytesIO()
    sheet.save(content, "PNG")
    content.seek(0)
    store, scanner = configured()
    return take_in(f"{label[:20]}.png", content, store=store, scanner=scanner)
