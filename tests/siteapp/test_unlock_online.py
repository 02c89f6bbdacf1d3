"""Unlocking over the network: what the courier laid down opens the papers, or is told wrong."""

import pytest
import world
from registering import entry, signed
from room import browser, staff_browser

from siteapp.site import Site
from sync.errors import DiskTooFull
from sync.wire.keys import OpeningKey, SigningKey
from sync.wire.release import write_release
from sync.wire.unlock import UnlockCode

AM = "am-1121"


@pytest.fixture
def received(site: Site, package: world.Package) -> world.Package:
    """The package, taken in and sealed."""
    site.shelf.receive(package.path)
    return package


def digest_of(site: Site) -> str:
    return next(site.shelf.folder.iterdir()).stem


def lay_down(
    site: Site,
    sealed: world.Package,
    signer: SigningKey,
    seal: OpeningKey | None = None,
    codes: tuple[UnlockCode, UnlockCode] | None = None,
    **other: str,
) -> None:
    """The codes in the spool, as the courier would put them there."""
    named = {"named": "site-01", "session": AM, "package": digest_of(site)} | other
    to = (seal or site.identity.seal).public
    envelope = write_release(codes or sealed.codes, to, signer, at=1, **named)
    site.spool.put_release(digest_of(site), envelope)


def test_released_codes_open_the_papers_and_the_journal_says_how(
    hq: world.Headquarters, site: Site, received: world.Package
) -> None:
    session = site.live.session(AM)
    site.releases.look(session)
    assert not session.unlocked
    lay_down(site, received, hq.unlock)
    site.releases.look(session)
    assert session.unlocked
    assert [e.body["way"] for e in site.live.events(AM) if e.kind == "unlock"] == ["network"]
    site.releases.look(session)
    assert site.live.events(AM)[-1].kind == "unlock"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ("signer", "signature-refused"),
        ("key", "cannot-open"),
        ("site", "for-other-package"),
        ("package", "for-other-package"),
        ("codes", "wrong-unlock-code"),
    ],
)
def test_a_wrong_release_opens_nothing_is_said_and_leaves_the_phone(
    hq: world.Headquarters, site: Site, received: world.Package, wrong: str, code: str
) -> None:
    if wrong == "signer":
        lay_down(site, received, SigningKey.generate())
    elif wrong == "key":
        lay_down(site, received, hq.unlock, seal=OpeningKey.generate())
    elif wrong == "site":
        lay_down(site, received, hq.unlock, named="site-02")
    elif wrong == "package":
        lay_down(site, received, hq.unlock, package="ab" * 32)
    else:
        lay_down(site, received, hq.unlock, codes=(received.codes[0], UnlockCode.generate(2)))
    session = site.live.session(AM)
    site.releases.look(session)
    assert not session.unlocked
    assert site.releases.faults[AM][1].code == code
    assert code in staff_browser(site, "chief").get(f"/admin/sessions/{AM}/unlock").text
    # It counts as nobody's wrong code, so the phone is not made to wait.
    assert session.unlock_tries.wrong == 0
    site.shelf.unlock(session, received.codes)
    assert session.unlocked


def test_a_fault_of_this_box_is_tried_again_and_a_fault_of_the_release_is_not(
    hq: world.Headquarters, site: Site, received: world.Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, shelf = site.live.session(AM), site.shelf
    tries = []

    def full(*codes: object) -> None:
        tries.append(codes)
        raise DiskTooFull(needed_mib=2, free_mib=1, folder="x")

    lay_down(site, received, hq.unlock, codes=(received.codes[0], UnlockCode.generate(2)))
    site.releases.look(session)
    with monkeypatch.context() as broken:
        broken.setattr(shelf, "unlock_released", full)
        site.releases.look(session)
        assert (tries, site.releases.faults[AM][1].code) == ([], "wrong-unlock-code")
        lay_down(site, received, hq.unlock)
        site.releases.look(session)
        assert (len(tries), site.releases.faults[AM][1].code) == (1, "disk-too-full")
    site.releases.look(session)
    assert session.unlocked
    assert AM not in site.releases.faults


def test_a_release_counts_once_the_register_is_mended_or_names_its_key(
    hq: world.Headquarters, site: Site, received: world.Package
) -> None:
    session, fresh = site.live.session(AM), SigningKey.generate()
    keys = site.identity.folder / "spool" / "keys.json"
    lay_down(site, received, fresh)
    site.releases.look(session)
    assert site.releases.faults[AM][1].code == "signature-refused"
    keys.write_bytes(b"rotten")
    site.releases.look(session)
    assert site.releases.faults[AM][1].code == "not-canonical"
    keys.write_bytes(signed(hq, entry("unlock", fresh)))
    site.releases.look(session)
    assert session.unlocked


def test_a_serving_site_opens_what_is_released_by_itself(
    hq: world.Headquarters, site: Site, received: world.Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siteapp.site.UNLOCK_LOOK_S", 0.01)
    lay_down(site, received, hq.unlock)
    looked = site.releases.look

    def look(session: object) -> None:
        looked(session)  # type: ignore[arg-type]
        site._stopping.set()

    monkeypatch.setattr(site.releases, "look", look)
    site._unlock()
    assert site.live.session(AM).unlocked


def test_what_lies_in_the_spool_is_no_code_for_whoever_reads_it(
    hq: world.Headquarters, site: Site, received: world.Package
) -> None:
    lay_down(site, received, hq.unlock)
    kept = site.spool.release(digest_of(site))
    assert kept is not None
    for code in received.codes:
        assert code.secret not in kept
    assert browser(site).get(f"/admin/sessions/{AM}/unlock").status_code != 200
