"""Faults of the photos in a package: right sealed documents with a wrong content."""

from collections.abc import Iterator

from sync.exam.photos import MAX_PHOTO
from vectoring.cast import PHOTOS
from vectoring.container import drop, field
from vectoring.contents import Wrong, model, package
from vectoring.draft import Vector, b64

# One byte more than a photo may have.
_LARGE = b64(b"\xff\xd8\xff" + bytes(MAX_PHOTO - 4) + b"\xff\xd9")


def photos() -> Iterator[Vector]:
    who = ("photos", "2026000002")
    wrongs: dict[str, tuple[str, str, Wrong]] = {
        "unknown-member": ("p10", "not-canonical", field("faces", to={})),
        "member-missing": ("p10", "not-canonical", drop("photos")),
        "no-base64": ("p10", "not-canonical", field(*who, to="/9j/*")),
        "of-nobody-here": ("p11", "plan-refused", field("photos", "2026999999", to="/9j//9k=")),
        "no-jpeg": ("p11", "plan-refused", field(*who, to="PHNjcmlwdD4=")),
        "cut-short": ("p11", "plan-refused", field(*who, to="/9j/4CA=")),
        "empty": ("p11", "plan-refused", field(*who, to="")),
        "too-large": ("p11", "plan-refused", field(*who, to=_LARGE)),
    }
    for name, (check, code, wrongly) in wrongs.items():
        data = package(photos=model(PHOTOS, wrongly)).bytes()
        yield Vector("package", f"photos-{name}", data, check, code)
    yield Vector("package", "good-without-photos", package(photos=b'{"photos":{}}').bytes())
