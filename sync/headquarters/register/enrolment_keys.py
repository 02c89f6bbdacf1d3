"""The key that signs certificates of sites while the root lies in its safe."""

from sync.errors import EnrolmentKeyMissing, SecretMissing
from sync.headquarters.register.keys import register_of
from sync.headquarters.store.folder import Headquarters
from sync.wire.keys import SigningKey


def enrolment_key(headquarters: Headquarters, now: int) -> SigningKey:
    """The key that signs certificates now; EnrolmentKeyMissing if the register names none."""
    register = register_of(headquarters)
    try:
        key = headquarters.keys.enrolment()
    except SecretMissing:
        raise EnrolmentKeyMissing from None
    for one in register.usable("enrolment") if register else ():
        if one.key_id == key.public.key_id and (one.until is None or now < one.until):
            return key
    raise EnrolmentKeyMissing
