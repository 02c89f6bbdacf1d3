"""Photos of candidates, for the eye that compares: JPEGs that headquarters made."""

import msgspec

from sync.errors import PlanRefused
from sync.exam.sitting import SessionPlan
from sync.exam.specification import Struct
from sync.words import Words

# A portrait of 240 × 320 points takes a quarter of this.
MAX_PHOTO = 64 * 1024
_BEGIN, _END = b"\xff\xd8\xff", b"\xff\xd9"


class Photos(Struct, frozen=True):
    """A part of a package: admission number → JPEG; who has no photo is not in it."""

    photos: dict[str, bytes] = msgspec.field(default_factory=dict)


NO_PHOTOS = Photos()


def check_photos(photos: Photos, plan: SessionPlan) -> Photos:
    """The same photos, or PlanRefused: somebody else's, one that is no JPEG, or one too large."""
    here = {candidate.admission for candidate in plan.candidates}
    problems = [
        Words(f"照片不合规：{name}", f"not a photo of this session: {name}")
        for name, photo in sorted(photos.photos.items())
        if name not in here or not is_jpeg(photo)
    ]
    if problems:
        raise PlanRefused(problems, session=plan.id)
    return photos


def is_jpeg(photo: bytes) -> bool:
    """Whether it begins and ends as a JPEG, and is no larger than a portrait needs to be."""
    return len(photo) <= MAX_PHOTO and photo.startswith(_BEGIN) and photo.endswith(_END)
