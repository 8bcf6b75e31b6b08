"""Photographs made anew from their pixels: what was hidden in the file (place, device, scripts) does not survive."""

import io
from contextlib import suppress
from typing import Any, BinaryIO

from PIL import Image, ImageCms, ImageOps

from madoguchi.common.files.refusals import Refusal, Refused

JPEG_QUALITY = 88


def reencode(
    source: BinaryIO, target: BinaryIO, *, decoder: str, max_pixels: int, max_side: int, max_bytes: int
) -> dict[str, Any]:
    """Write the picture upright, in sRGB, without any metadata, no side longer than asked; report what it became.

    The number of pixels is judged by the header, before anything is unpacked.
    """
    picture = _opened(source, decoder, max_pixels)
    icc_profile = picture.info.get("icc_profile")
    try:
        if decoder == "JPEG":
            # Unpacks at a half or a quarter where that is enough: a fraction of the memory and time.
            picture.draft("RGB", (max_side, max_side))
        picture.load()
    except (OSError, ValueError, SyntaxError, EOFError, IndexError) as error:
        raise Refused(Refusal.IMAGE_BROKEN) from error
    picture.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    picture = _in_srgb(_flat(ImageOps.exif_transpose(picture)), icc_profile)
    picture.info = {}
    media_type = _write(picture, target, decoder, max_bytes)
    return {"media_type": media_type, "width": picture.width, "height": picture.height}


def _opened(source: BinaryIO, decoder: str, max_pixels: int) -> Image.Image:
    """The picture with only its header read; no decoder but the one its first bytes call for."""
    if decoder == "HEIF":
        import pi_heif

        pi_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # our own bound below has a code of its own
    try:
        picture = Image.open(source, formats=[decoder])
    except (OSError, ValueError, SyntaxError, EOFError, RuntimeError) as error:
        raise Refused(Refusal.IMAGE_BROKEN) from error
    if picture.width * picture.height > max_pixels:
        raise Refused(Refusal.IMAGE_TOO_MANY_PIXELS, most=max_pixels // 1_000_000)
    return picture


def _flat(picture: Image.Image) -> Image.Image:
    """Without transparency (nothing may hide in it) and in a mode that every program shows alike."""
    if picture.mode.startswith(("I", "F")):
        return picture.point(lambda value: value * (1 / 257)).convert("L")
    if picture.has_transparency_data:
        coloured = picture.convert("RGBA")
        paper = Image.new("RGB", coloured.size, "white")
        paper.paste(coloured, mask=coloured.getchannel("A"))
        return paper
    if picture.mode in ("1", "L"):
        return picture.convert("L")
    return picture if picture.mode in ("RGB", "CMYK") else picture.convert("RGB")


def _in_srgb(picture: Image.Image, icc_profile: bytes | None) -> Image.Image:
    """In the colours every screen shows; a profile that cannot be used is dropped with the rest."""
    if icc_profile and picture.mode in ("RGB", "CMYK"):
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            profile = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile))
            srgb = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(picture, profile, srgb, outputMode="RGB")
            if converted is not None:
                return converted
    return picture.convert("RGB") if picture.mode == "CMYK" else picture


def _write(picture: Image.Image, target: BinaryIO, decoder: str, max_bytes: int) -> str:
    """A screenshot stays a PNG, its letters sharp, unless that is too large; everything else is a JPEG."""
    if decoder in ("PNG", "GIF"):
        picture.save(target, "PNG", optimize=False)
        if target.tell() <= max_bytes:
            return "image/png"
        target.seek(0)
        target.truncate()
    picture.save(target, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return "image/jpeg"
