"""The photos in a package, sealed to the site as its plan is: they are needed before the hour."""

from sync.exam.photos import Photos, check_photos
from sync.exam.sitting import SessionPlan
from sync.wire.documents import from_bytes
from sync.wire.keys import OpeningKey
from sync.wire.sealed import SealedDocument


def read_photos(package: SealedDocument, key: OpeningKey, plan: SessionPlan) -> Photos:
    """The photos in a verified package, all of candidates of its plan."""
    content = package.read("photos", package.content_key("photos", key))
    return check_photos(from_bytes(content, Photos), plan)
