"""Pictures that tests make: of any size, as JPEG or PNG, with what a camera writes into a file."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from PIL import Image, ImageDraw


def picture(kind: str = "JPEG", size: tuple[int, int] = (300, 400), colour: str = "teal") -> bytes:
    """One picture of one colour; a JPEG says where it was taken."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "taken at the school gate"
    Image.new("RGB", size, colour).save(out, kind, exif=exif)
    return out.getvalue()


def person() -> bytes:
    """A drawn head and shoulders."""
    out = io.BytesIO()
    made = Image.new("RGB", (300, 400), "#cfe0ee")
    draw = ImageDraw.Draw(made)
    draw.ellipse((30, 280, 270, 560), fill="#2f4d6b")
    draw.ellipse((85, 80, 215, 260), fill="#e2b591")
    draw.chord((80, 70, 220, 230), 180, 360, fill="#2a2320")
    made.save(out, "JPEG")
    return out.getvalue()


def packed(path: Path, files: Mapping[str, bytes]) -> Path:
    """A zip of these files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return path
