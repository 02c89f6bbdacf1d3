"""Installation sticks: what headquarters has for a site, and the list that two officers sign."""

from typing import NamedTuple

from sync.errors import ForOtherSite, NotFound, OtherRoot
from sync.headquarters.errors import SecondOfficerNeeded
from sync.headquarters.planning.publish import Published, packages_for
from sync.headquarters.planning.updates import require_officer, whole_word
from sync.headquarters.register import keys, versions
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.wire import dsse
from sync.wire.enrolment import Bundle, read_bundle
from sync.wire.keys import SigningKey, VerifyKey
from sync.wire.stick_list import StickList, peek_list, read_list, write_list


class Contents(NamedTuple):
    """What every stick for a site carries; `rule` is None where no version is required."""

    register: bytes
    rule: bytes | None
    word: bytes
    packages: list[Published]
    root: str


def contents_for(headquarters: Headquarters, site: str) -> Contents:
    """As it is now; NotFound before there is a register of keys, or a signed update."""
    register = keys.newest(headquarters)
    if register is None:
        raise NotFound(what="keys.json")
    return Contents(
        register,
        versions.newest(headquarters),
        whole_word(headquarters),
        [package for _, package in packages_for(headquarters, site)],
        root_of(headquarters),
    )


def root_of(headquarters: Headquarters) -> str:
    """The fingerprint that a new machine is told on paper."""
    return VerifyKey.from_bytes(headquarters.keys.public().root).key_id


def check_bundle(headquarters: Headquarters, site: str, data: bytes) -> Bundle:
    """An enrolment bundle of this headquarters for that site; OtherRoot, ForOtherSite."""
    bundle = read_bundle(data)
    if bundle.root != headquarters.keys.public().root:
        raise OtherRoot
    if bundle.site != site:
        raise ForOtherSite(found=bundle.site, expected=site)
    return bundle


def sign_list(headquarters: Headquarters, by: Stamp, key: SigningKey, listed: StickList) -> bytes:
    """The first officer's word on a stick."""
    require_officer(headquarters, by, key.public.key_id)
    with headquarters.store.writing() as db:
        record(db, by, "stick.sign", site=listed.site, files=len(listed.files))
    return write_list(listed, key)


def countersign_list(
    headquarters: Headquarters, by: Stamp, key: SigningKey, envelope: bytes
) -> bytes:
    """With the second officer's signature, as a site will read it; SecondOfficerNeeded."""
    listed, signers = peek_list(envelope)
    if len(signers) != 1:
        raise SecondOfficerNeeded(who=by.who, key=",".join(signers))
    own = require_officer(headquarters, by, key.public.key_id)
    if own == require_officer(headquarters, by, signers[0]):
        raise SecondOfficerNeeded(who=by.who, key=signers[0])
    whole = dsse.countersign(envelope, key)
    release = [VerifyKey.from_bytes(raw) for raw in headquarters.keys.public().release]
    read_list(whole, release, keys.register_of(headquarters))
    with headquarters.store.writing() as db:
        record(db, by, "stick.release", site=listed.site, files=len(listed.files))
    return whole
