"""A photo that was handed in, really decoded and made anew: nothing of the file itself goes on."""

import io
import warnings

from PIL import Image, ImageOps

from sync.exam.photos import MAX_PHOTO

# What is handed in: no camera's picture is larger.
MAX_FILE, MAX_POINTS = 8 * 2**20, 40_000_000
FORMATS = ("JPEG", "PNG")
# Width and height of what is kept; the whole picture fits in, nobody's head is cut off.
SIZE = (240, 320)
ROUGH = 4 * max(SIZE)
QUALITIES = (82, 60, 40)


class NotAPhoto(Exception):
    """It cannot be decoded as a JPEG or PNG, or is larger than any photo is."""


def portrait(data: bytes) -> bytes:
    """A small JPEG of the picture, upright, without anything that was written into the file."""
    picture = _decoded(data)
    picture.thumbnail(SIZE, Image.Resampling.LANCZOS)
    for quality in QUALITIES:
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() <= MAX_PHOTO:
            return out.getvalue()
    raise NotAPhoto(f"{out.tell()} bytes")


def _decoded(data: bytes) -> Image.Image:
    if len(data) > MAX_FILE:
        raise NotAPhoto(f"{len(data)} bytes")
    try:
        with warnings.catch_warnings():
            # Pillow warns of a picture that would fill the memory; here that is refused below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
        if picture.width * picture.height > MAX_POINTS:
            raise NotAPhoto(f"{picture.width} × {picture.height}")
        picture.draft("RGB", (4 * SIZE[0], 4 * SIZE[1]))
        # Small first: each step below makes a copy, and a large PNG has 160 MB.
        picture.thumbnail((ROUGH, ROUGH))
        return _on_white(ImageOps.exif_transpose(picture))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotAPhoto(str(error)) from None


def _on_white(picture: Image.Image) -> Image.Image:
    """In three colours; what is transparent becomes white."""
    whole = picture.convert("RGBA")
    white = Image.new("RGBA", whole.size, "white")
    return Image.alpha_composite(white, whole).convert("RGB")
