"""Both release officers of a test headquarters sign, one after the other."""

from sync.headquarters.planning.publish import Published
from sync.headquarters.planning.release import sign_release
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.folder import RELEASE_KEYS, Headquarters
from sync.wire.keys import SECRET_LENGTH, SigningKey, load_key


def release_keys(hq: Headquarters) -> list[SigningKey]:
    """The keys of the two officers, which lie still where they were made."""
    found = (hq.folder / "keys" / f"{name}.key" for name in RELEASE_KEYS)
    return [SigningKey.from_bytes(load_key(path, SECRET_LENGTH)) for path in found]


def publish(hq: Headquarters, by: Stamp, session: str) -> Published:
    """Two officers sign a session."""
    first, second = release_keys(hq)
    assert sign_release(hq, Stamp("officer-1", by.at), session, first) is None
    package = sign_release(hq, Stamp("officer-2", by.at), session, second)
    assert package is not None
    return package
