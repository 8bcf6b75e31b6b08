"""A file's name as sent by a browser, made fit to show and to save under."""

import re
import unicodedata

LONGEST = 100
EXTENSION_OF = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
WITHOUT_NAME = "file"

# Characters that change how a name reads without being seen: direction marks, joiners, byte order mark, tags.
INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)
FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]')
DECOMPOSED = re.compile("[^\u0300-\u036f\u3099\u309a][\u0300-\u036f\u3099\u309a]+")


def clean_name(name: str, media_type: str) -> str:
    """The name without folders, control and hidden characters, with the extension of what the file now is.

    Variation selectors stay: they tell 辻󠄀 from 辻. Only what a Mac took apart (か and ゛) is put together, so
    that 神 is not turned into another character, as Unicode's normal forms would do.
    """
    name = re.split(r"[/\\]", name)[-1]
    name = DECOMPOSED.sub(lambda match: unicodedata.normalize("NFC", match[0]), name)
    name = FORBIDDEN.sub("_", INVISIBLE.sub("", name)).strip(" .\u3000")
    stem = name.rsplit(".", 1)[0].rstrip(" .") if re.search(r"\.[0-9A-Za-z]{1,5}$", name) else name
    extension = EXTENSION_OF[media_type]
    return f"{_shortened(stem, LONGEST - len(extension) - 1) or WITHOUT_NAME}.{extension}"


def _shortened(stem: str, longest: int) -> str:
    """Cut, but never between a character and the selector or mark that belongs to it."""
    cut = stem[:longest]
    while len(cut) < len(stem) and cut and _clings(stem[len(cut)]):
        cut = cut[:-1]
    return cut


def _clings(character: str) -> bool:
    return unicodedata.category(character).startswith("M")
