import io
from typing import Any

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from madoguchi.common.files.images import reencode
from madoguchi.common.files.refusals import Refusal, Refused
from madoguchi.common.files.tests.making import GPS, HEIC, jpeg, picture, png, png_bomb, saved

RED, BLUE = (220, 30, 30), (40, 120, 200)


def remade(content: bytes, decoder: str, **limits: int) -> tuple[Image.Image, bytes, dict[str, Any]]:
    target = io.BytesIO()
    report = reencode(
        io.BytesIO(content),
        target,
        decoder=decoder,
        **{"max_pixels": 50_000_000, "max_side": 4000, "max_bytes": 10_000_000} | limits,
    )
    made = Image.open(io.BytesIO(target.getvalue()))
    made.load()
    return made, target.getvalue(), report


def looks_like(made: Image.Image, place: tuple[int, int], expected: tuple[int, int, int]) -> bool:
    colour: Any = made.convert("RGB").getpixel(place)
    return all(abs(one - other) < 12 for one, other in zip(colour, expected, strict=True))


@pytest.mark.parametrize(
    ("content", "decoder", "media_type"),
    [
        (jpeg(), "JPEG", "image/jpeg"),
        (png(), "PNG", "image/png"),
        (saved(picture(), "WEBP", quality=95), "WEBP", "image/jpeg"),
        (saved(picture(mode="P"), "GIF"), "GIF", "image/png"),
        (HEIC, "HEIF", "image/jpeg"),
    ],
)
def test_every_kind_becomes_a_plain_picture_of_the_same_size_and_colours(content, decoder, media_type):
    made, _bytes, report = remade(content, decoder)

    assert report == {"media_type": media_type, "width": 160, "height": 96}
    assert made.format == media_type.removeprefix("image/").upper()
    assert looks_like(made, (5, 5), RED)
    assert looks_like(made, (150, 90), BLUE)


@pytest.mark.parametrize(("content", "decoder"), [(jpeg(), "JPEG"), (HEIC, "HEIF")])
def test_place_maker_and_comments_are_gone(content, decoder):
    assert b"TestMaker" in content
    before = Image.open(io.BytesIO(content)) if decoder == "JPEG" else None
    assert before is None or before.getexif().get_ifd(GPS)

    made, written, _report = remade(content, decoder)

    assert not made.getexif()
    assert b"TestMaker" not in written
    assert b"secret comment" not in written
    assert b"Exif" not in written
    assert set(made.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_texts_in_a_png_are_gone():
    texts = PngInfo()
    texts.add_text("Author", "secret author")
    texts.add_itxt("XML:com.adobe.xmp", "<x>secret place</x>")
    content = saved(picture(), "PNG", pnginfo=texts, dpi=(300, 300))

    _made, written, _report = remade(content, "PNG")

    assert b"secret" in content
    assert b"secret" not in written


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_taken_in_any_position_stands_upright(orientation):
    turned = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = picture().transpose(turned[orientation]) if orientation > 1 else picture()
    exif = Image.Exif()
    exif[0x0112] = orientation

    made, _written, report = remade(saved(stored, "JPEG", quality=90, exif=exif), "JPEG")

    assert (report["width"], report["height"]) == (160, 96)
    assert looks_like(made, (5, 5), RED)
    assert looks_like(made, (150, 5), BLUE)


def test_a_large_photo_is_made_smaller_in_its_own_proportions():
    _made, _written, report = remade(jpeg(1600, 960), "JPEG", max_side=400)

    assert (report["width"], report["height"]) == (400, 240)


def test_too_many_pixels_are_refused_by_the_header_alone():
    bomb = png_bomb(60_000, 60_000)
    assert len(bomb) < 200

    with pytest.raises(Refused) as refused:
        remade(bomb, "PNG")

    assert refused.value.code is Refusal.IMAGE_TOO_MANY_PIXELS
    assert refused.value.params == {"most": 50}


@pytest.mark.parametrize("decoder", ["JPEG", "PNG", "WEBP", "GIF", "HEIF"])
def test_a_picture_cut_off_at_any_place_is_refused_and_never_half_shown(decoder):
    whole = {
        "JPEG": jpeg(640, 480),
        "PNG": png(640, 480),
        "WEBP": saved(picture(640, 480), "WEBP"),
        "GIF": saved(picture(640, 480, "P"), "GIF"),
        "HEIF": HEIC,
    }[decoder]
    for part in (0.1, 0.5, 0.9):
        with pytest.raises(Refused) as refused:
            remade(whole[: int(len(whole) * part)], decoder)
        assert refused.value.code is Refusal.IMAGE_BROKEN


@pytest.mark.parametrize("decoder", ["JPEG", "PNG", "WEBP", "GIF", "HEIF"])
def test_rubbish_after_a_true_beginning_is_refused(decoder):
    start = {"JPEG": jpeg(), "PNG": png(), "WEBP": saved(picture(), "WEBP"), "GIF": b"GIF89a", "HEIF": HEIC}[
        decoder
    ]

    with pytest.raises(Refused) as refused:
        remade(start[:16] + b"rubbish" * 100, decoder)

    assert refused.value.code is Refusal.IMAGE_BROKEN


def test_only_the_decoder_that_was_asked_for_is_used():
    with pytest.raises(Refused):
        remade(png(), "JPEG")


def test_a_wide_gamut_photo_is_shown_in_the_colours_of_a_screen():
    wide = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    made, written, _report = remade(saved(picture(), "JPEG", quality=95, icc_profile=srgb), "JPEG")
    assert "icc_profile" not in made.info
    assert b"ICC_PROFILE" not in written
    assert looks_like(made, (5, 5), RED)

    unusable = saved(picture(), "JPEG", quality=95, icc_profile=wide.tobytes())
    assert looks_like(remade(unusable, "JPEG")[0], (5, 5), RED)


@pytest.mark.parametrize("mode", ["L", "1", "CMYK"])
def test_grey_and_printing_colours_become_ordinary_ones(mode):
    kind = "PNG" if mode == "1" else "JPEG"

    made, _written, _report = remade(saved(picture(mode=mode), kind), kind)

    assert made.mode in ("L", "RGB")


def test_a_scan_of_sixteen_bits_keeps_its_greys():
    scan = Image.new("I;16", (40, 40), 0x8080)

    made, _written, _report = remade(saved(scan, "PNG"), "PNG")

    assert made.mode == "L"
    assert made.getextrema() == (0x80, 0x80)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_nothing_hides_in_transparency(mode):
    hidden = Image.new(mode, (40, 40), (0, 0, 0, 0) if mode == "RGBA" else (0, 0))

    made, _written, _report = remade(saved(hidden, "PNG"), "PNG")

    assert not made.has_transparency_data
    assert made.convert("RGB").getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.slow
def test_a_photo_sent_as_png_becomes_a_jpeg_where_a_png_would_be_too_large():
    noise = Image.effect_noise((600, 600), 80).convert("RGB")

    made, written, report = remade(saved(noise, "PNG"), "PNG", max_bytes=100_000)

    assert report["media_type"] == "image/jpeg"
    assert made.format == "JPEG"
    assert written.startswith(b"\xff\xd8\xff")


def test_only_the_first_frame_of_a_moving_picture_is_kept():
    frames = saved(picture(mode="P"), "GIF", save_all=True, append_images=[Image.new("P", (160, 96))])

    made, _written, _report = remade(frames, "GIF")

    assert getattr(made, "n_frames", 1) == 1
    assert looks_like(made, (5, 5), RED)
