"""What a site does with the register of headquarters' keys: new, old, revoked, damaged."""

from dataclasses import replace
from pathlib import Path

import pytest
import world
from registering import DAY, ISSUED, entry, signed

from siteapp.identity import Identity, load_identity
from siteapp.site import Site
from sync.errors import (
    CannotOpen,
    DocumentRefused,
    KeyExpired,
    KeyRevoked,
    OlderRegister,
    SecondSignatureMissing,
    SignatureRefused,
)
from sync.wire.keys import SigningKey
from sync.wire.register import KeyRegister


@pytest.fixture
def identity(site_folder: Path) -> Identity:
    return load_identity(site_folder)


@pytest.fixture
def sealed(hq: world.Headquarters, identity: Identity, tmp_path: Path) -> world.Package:
    """A package signed by both officers."""
    return world.make_package(hq, identity.certificate, tmp_path)


def take_in(folder: Path, package: world.Package) -> None:
    site = Site(folder)
    try:
        site.shelf.receive(package.path)
    finally:
        site.close()


def test_a_package_by_a_revoked_key_is_refused_by_name(hq, identity, sealed):
    third = SigningKey.generate()
    lost = entry("release", hq.release[0], revoked=ISSUED - DAY)
    identity.register.take(signed(hq, lost, entry("release", third)))
    with pytest.raises(KeyRevoked, match=hq.release[0].public.key_id):
        take_in(identity.folder, sealed)
    assert not list((identity.folder / "packages").iterdir())


def test_without_the_check_the_revoked_key_would_go_in(hq, identity, sealed, monkeypatch):
    lost = entry("release", hq.release[0], revoked=ISSUED - DAY)
    identity.register.take(signed(hq, lost, entry("release", SigningKey.generate())))
    monkeypatch.setattr(KeyRegister, "require", lambda *_: None)
    take_in(identity.folder, sealed)


@pytest.mark.parametrize(("days", "taken"), [(1, True), (0, False), (-1, False)])
def test_a_rotated_release_key_is_taken_until_the_registers_own_time(
    hq, identity, sealed, days, taken
):
    old = entry("release", hq.release[0], until=ISSUED + days * DAY)
    identity.register.take(signed(hq, old, entry("release", SigningKey.generate())))
    if taken:
        take_in(identity.folder, sealed)
    else:
        with pytest.raises(KeyExpired):
            take_in(identity.folder, sealed)


def test_the_new_release_key_counts_once_the_register_is_here(hq, identity, tmp_path):
    third = SigningKey.generate()
    hq = replace(hq, release=(hq.release[0], third))
    package = world.make_package(hq, identity.certificate, tmp_path)
    with pytest.raises(SecondSignatureMissing):
        take_in(identity.folder, package)
    identity.register.take(signed(hq))
    take_in(identity.folder, package)


@pytest.mark.parametrize("year", [1971, 2099])
def test_a_sites_clock_expires_no_key(hq, identity, sealed, monkeypatch, year):
    """Only the register says what time it is: a wrong clock refuses no package."""
    identity.register.take(signed(hq, entry("release", hq.release[0], until=ISSUED + DAY)))
    seconds = (year - 1970) * 365 * 86_400
    monkeypatch.setattr("time.time", lambda: seconds)
    monkeypatch.setattr("time.time_ns", lambda: seconds * 10**9)
    take_in(identity.folder, sealed)


def test_what_was_taken_in_before_is_opened_at_the_hour_all_the_same(hq, identity, sealed):
    take_in(identity.folder, sealed)
    lost = entry("release", hq.release[0], revoked=ISSUED - DAY)
    identity.register.take(signed(hq, lost, entry("release", SigningKey.generate())))
    site = Site(identity.folder)
    site.shelf.unlock(site.live.session(sealed.plan.id), sealed.codes)
    site.close()
    again = Site(identity.folder)
    assert again.live.session(sealed.plan.id).unlocked
    again.close()


def test_only_a_higher_serial_takes_the_place_of_a_register(hq, identity):
    second = signed(hq, serial=2)
    assert identity.register.take(second)
    assert not identity.register.take(second)
    other = signed(hq, entry("unlock", SigningKey.generate()), serial=2)
    for envelope in (signed(hq, serial=1), other):
        with pytest.raises(OlderRegister):
            identity.register.take(envelope)
    assert (identity.folder / "spool" / "keys.json").read_bytes() == second
    assert identity.register.take(signed(hq, serial=3))


def test_a_register_that_the_root_did_not_sign_is_refused(hq, identity):
    with pytest.raises(CannotOpen):
        identity.register.take(signed(hq, root=SigningKey.generate()))
    good = signed(hq)
    with pytest.raises(DocumentRefused):
        identity.register.take(good[:-1])
    assert identity.register.held() is None


def test_a_damaged_register_opens_what_is_here_takes_in_nothing_and_is_replaced(
    hq, identity, sealed, tmp_path
):
    take_in(identity.folder, sealed)
    identity.register.take(signed(hq))
    (identity.folder / "spool" / "keys.json").write_bytes(b"\0")
    site = Site(identity.folder)
    site.shelf.unlock(site.live.session(sealed.plan.id), sealed.codes)
    later = world.make_package(hq, identity.certificate, tmp_path, "pm-1121")
    with pytest.raises(DocumentRefused):
        site.shelf.receive(later.path)
    site.close()
    assert identity.register.take(signed(hq))
    take_in(identity.folder, later)


def test_a_package_by_strangers_is_refused_with_a_register_too(hq, identity, tmp_path):
    identity.register.take(signed(hq))
    strangers = replace(hq, release=(SigningKey.generate(), SigningKey.generate()))
    package = world.make_package(strangers, identity.certificate, tmp_path)
    with pytest.raises(SignatureRefused):
        take_in(identity.folder, package)
