"""Headquarters rotates and revokes its keys; what it signs from then on says so."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from desk_world import BY, NOW, Desk
from flask.testing import FlaskClient
from releasing import release_keys

from sync.errors import AlreadyThere, KeyRevoked, NotFound, SecondSignatureMissing
from sync.headquarters.errors import (
    KeyNeeded,
    NotAReleaseKey,
    NotTheRoot,
    ReceiptKeyRevoked,
    SecondOfficerNeeded,
)
from sync.headquarters.intake import archive, edge, receipts, stick_desk
from sync.headquarters.intake.groups import accept_group
from sync.headquarters.planning import publish, release
from sync.headquarters.register import keys, sites
from sync.headquarters.register.rotation import rotate
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.folder import Headquarters
from sync.wire.documents import Receipt, verify_package
from sync.wire.keys import SECRET_LENGTH, SigningKey, VerifyKey, load_key
from sync.wire.register import KeyRegister
from sync.wire.trusted import read_register, read_told

FIRST, SECOND = Stamp("first", NOW), Stamp("second", NOW)


def rotated(desk: Desk, old: SigningKey, days: int = 30) -> SigningKey:
    """The key that takes the place of a release key."""
    target = desk.folder / "new.key"
    root, old_id = desk.hq.keys.root(), old.public.key_id
    rotate(desk.hq, BY, root, "release", days, old=old_id, target=target)
    return SigningKey.from_bytes(load_key(target, SECRET_LENGTH))


def signed(desk: Desk, first: SigningKey, second: SigningKey) -> publish.Published:
    assert release.sign_release(desk.hq, FIRST, "morning", first) is None
    package = release.sign_release(desk.hq, SECOND, "morning", second)
    assert package is not None
    return package


@pytest.mark.parametrize("which", ["old", "new"])
def test_a_rotated_release_key_signs_on_until_it_ends_and_the_new_one_at_once(
    desk: Desk, which: str
) -> None:
    desk.session(4)
    old, other = release_keys(desk.hq)
    new = rotated(desk, old)
    certificate = sites.certificate_of(desk.hq, "site-01")
    package = signed(desk, *((old, other) if which == "old" else (new, other)))
    assert verify_package(package.path, certificate, keys.register_of(desk.hq))


def test_the_old_and_the_new_key_of_one_officer_are_not_two_officers(desk: Desk) -> None:
    desk.session(4)
    old, other = release_keys(desk.hq)
    new = rotated(desk, old)
    with pytest.raises(SecondOfficerNeeded):
        signed(desk, old, new)
    assert set(desk.hq.keys.public().release) == {k.public.to_bytes() for k in (other, new)}
    with pytest.raises(KeyNeeded):
        # The two that were left are one officer's.
        keys.revoke(desk.hq, BY, desk.hq.keys.root(), other.public.key_id, "lost")


def test_a_site_refuses_both_keys_of_one_officer(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.session(4)
    old, _ = release_keys(desk.hq)
    new = rotated(desk, old)
    with monkeypatch.context() as patch:
        patch.setattr(release, "_require_other", lambda *_: None)
        patch.setattr(KeyRegister, "lines", lambda *_: 2)
        package = signed(desk, old, new)
    certificate = sites.certificate_of(desk.hq, "site-01")
    with pytest.raises(SecondSignatureMissing):
        verify_package(package.path, certificate, keys.register_of(desk.hq))


def test_by_headquarters_own_clock_a_key_ends_without_another_register(desk: Desk) -> None:
    desk.session(4)
    old, other = release_keys(desk.hq)
    assert release.sign_release(desk.hq, FIRST, "morning", old) is None
    new, late = rotated(desk, old), NOW + 31 * keys.DAY_MS
    with pytest.raises(NotAReleaseKey):
        release.sign_release(desk.hq, Stamp("first", late), "morning", old)
    # The first signature by it has ended too.
    assert release.sign_release(desk.hq, Stamp("second", late), "morning", other) is None
    assert release.sign_release(desk.hq, Stamp("first", late), "morning", new)


def test_a_key_that_ends_at_once_or_is_revoked_signs_nothing_more(desk: Desk) -> None:
    desk.session(4)
    old, other = release_keys(desk.hq)
    new = rotated(desk, old, days=0)
    with pytest.raises(NotAReleaseKey):
        release.sign_release(desk.hq, FIRST, "morning", old)
    (desk.folder / "new.key").rename(desk.folder / "second.key")
    newer = rotated(desk, other)
    keys.revoke(desk.hq, BY, desk.hq.keys.root(), other.public.key_id, "lost")
    with pytest.raises(NotAReleaseKey):
        release.sign_release(desk.hq, FIRST, "morning", other)
    assert signed(desk, new, newer).size


def test_a_first_signature_by_a_key_revoked_since_counts_nothing(desk: Desk) -> None:
    desk.session(4)
    old, other = release_keys(desk.hq)
    assert release.sign_release(desk.hq, FIRST, "morning", old) is None
    new = rotated(desk, old)
    keys.revoke(desk.hq, BY, desk.hq.keys.root(), old.public.key_id, "lost")
    assert release.sign_release(desk.hq, SECOND, "morning", other) is None
    assert release.sign_release(desk.hq, FIRST, "morning", new) is not None


def test_the_last_keys_of_a_role_are_not_revoked(desk: Desk) -> None:
    root = desk.hq.keys.root()
    for key in (release_keys(desk.hq)[0], desk.hq.keys.receipt()):
        with pytest.raises(KeyNeeded):
            keys.revoke(desk.hq, BY, root, key.public.key_id, "lost")
    with pytest.raises(NotFound):
        keys.revoke(desk.hq, BY, root, "0" * 16, "lost")
    assert keys.newest(desk.hq) is None


def test_only_the_root_signs_a_register(desk: Desk) -> None:
    with pytest.raises(NotTheRoot):
        rotate(desk.hq, BY, SigningKey.generate(), "receipt", 30)
    assert keys.newest(desk.hq) is None


def test_after_a_revocation_every_receipt_is_by_the_new_key(published_desk: Desk) -> None:
    desk = published_desk
    story = desk.published()
    story.close(handed_in=0)
    digest = desk.deliver(story)
    root, old = desk.hq.keys.root(), desk.hq.keys.receipt().public
    rotate(desk.hq, BY, root, "receipt", 30)
    assert read_told(_receipt(desk, digest), Receipt, old, keys.register_of(desk.hq))
    made = keys.revoke(desk.hq, BY, root, old.key_id, "stolen")
    assert made.serial == 2
    new = desk.hq.keys.receipt().public
    assert read_told(_receipt(desk, digest), Receipt, new, made).level == "archived"
    assert desk.hq.keys.public().receipt == new.to_bytes()
    with pytest.raises(AlreadyThere):
        keys.revoke(desk.hq, BY, root, old.key_id, "again")


def test_a_receipt_not_signed_anew_would_be_refused(
    published_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = published_desk
    story = desk.published()
    story.close(handed_in=0)
    digest = desk.deliver(story)
    for module in (keys, receipts):
        monkeypatch.setattr(module, "sign_anew", lambda *_: None)
    monkeypatch.setattr(archive.receipts, "still_good", lambda hq, digest, envelope: envelope)
    root, old = desk.hq.keys.root(), desk.hq.keys.receipt().public
    rotate(desk.hq, BY, root, "receipt", 30)
    made = keys.revoke(desk.hq, BY, root, old.key_id, "stolen")
    with pytest.raises(KeyRevoked):
        read_told(_receipt(desk, digest), Receipt, old, made)


@dataclass
class Receiver:
    """Of another process: it has signed by the key that is revoked after that."""

    hq: Headquarters
    digest: str
    data: bytes
    old: VerifyKey
    register: KeyRegister

    def says(self) -> Receipt:
        """The receipt as a site with the newest register reads it."""
        found = edge.accept_bytes(self.hq, self.data, self.digest, NOW)
        return read_told(found.receipt, Receipt, self.old, self.register)


@pytest.fixture
def receiver(published_desk: Desk) -> Iterator[Receiver]:
    """A receiver on the same folder; its batch waits."""
    desk = published_desk
    story = desk.published()
    story.close(handed_in=0)
    digest, data = desk.batch(story.events)
    hq = Headquarters(desk.hq.folder)
    root, old = desk.hq.keys.root(), hq.keys.receipt().public
    rotate(desk.hq, BY, root, "receipt", 30)
    made = keys.revoke(desk.hq, BY, root, old.key_id, "stolen")
    yield Receiver(hq, digest, data, old, made)
    hq.close()


def test_a_receiver_of_another_process_goes_over_to_the_new_key(receiver: Receiver) -> None:
    assert receiver.says().level == "received"


def test_a_receipt_committed_after_the_revocation_is_signed_anew_when_asked_for(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    hq, digest = receiver.hq, receiver.digest
    receiver.says()
    archive.archive_pending(hq, NOW)
    thief = SigningKey.generate()
    monkeypatch.setattr(receipts, "_revoked", lambda _: frozenset([thief.public.key_id]))
    keys.sign_anew(hq, thief, hq.keys.receipt().public.key_id)
    assert _told(receiver, archive.highest_receipt(hq, digest)).level == "archived"
    keys.sign_anew(hq, thief, hq.keys.receipt().public.key_id)
    assert receiver.says().level == "received"


def test_a_receiver_that_was_not_given_the_new_key_gives_no_receipt(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = receiver.hq.keys.receipt().public.key_id
    with monkeypatch.context() as patch:
        patch.setattr(receipts, "_revoked", lambda _: frozenset([own]))
        with pytest.raises(ReceiptKeyRevoked):
            receiver.says()
        assert accept_group(receiver.hq, [(receiver.digest, receiver.data)], NOW) == [None]
    assert receiver.says().level == "received"


def _told(receiver: Receiver, envelope: bytes | None) -> Receipt:
    assert envelope is not None
    return read_told(envelope, Receipt, receiver.old, receiver.register)


def _receipt(desk: Desk, digest: str) -> bytes:
    envelope = archive.highest_receipt(desk.hq, digest)
    assert envelope is not None
    return envelope


def test_sites_get_the_register_over_the_line_and_by_stick(
    desk: Desk, client: FlaskClient, tmp_path: Path
) -> None:
    assert client.get("/api/v1/keys").status_code == 404
    rotate(desk.hq, BY, desk.hq.keys.root(), "receipt", 30)
    served = client.get("/api/v1/keys").data
    root = desk.hq.keys.root().public.key_id
    assert read_register(served, root).serial == 1
    stick_desk.exchange(desk.hq, tmp_path, NOW)
    assert (tmp_path / "examsite" / "keys.json").read_bytes() == served
