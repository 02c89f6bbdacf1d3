"""`examsite-setup enrol`: a box becomes a site over the line or by stick, and when it must not."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from enrolling import AT, FIRST, Newcomer, altered, cheap, invited, ready, text_of
from headquarters_served import served
from msgspec import structs

from provisioning.cli import main
from provisioning.enrolling import Enrolment
from siteapp.identity import accept_certificate, load_identity
from sync.errors import (
    AlreadyEnrolled,
    BundleAltered,
    CannotOpen,
    ForeignDataFolder,
    InvitationUsed,
    KeyRevoked,
    OtherRoot,
    SignatureRefused,
)
from sync.headquarters.cli import main as examhq
from sync.headquarters.register import keys, site_requests, staff
from sync.headquarters.register.enrolment_stick import visit
from sync.headquarters.register.rotation import rotate
from sync.headquarters.store.folder import Headquarters, create_headquarters
from sync.wire import documents, enrolment
from sync.wire.documents import Certificate
from sync.wire.enrolment import Answer, Bundle, read_bundle, read_site_request
from sync.wire.keys import OpeningKey, SigningKey


@pytest.fixture
def hq(tmp_path: Path) -> Iterator[Headquarters]:
    """Headquarters that can enrol."""
    made = create_headquarters(tmp_path / "hq")
    ready(made)
    yield made
    made.close()


def run(folder: Path, bundle: Bundle | bytes, *words: str) -> Result:
    """The command, with the bundle as a scanner types it."""
    text = bundle if isinstance(bundle, bytes) else text_of(bundle) + b"\n"
    given = ["--data", str(folder), "--lang", "en", "enrol", "-", *words]
    return CliRunner().invoke(main, given, input=text)


def told(result: Result) -> list[str]:
    """The words that the command says."""
    found: list[str] = json.loads(result.stdout)["words"]["zh"]
    return found


def test_over_the_line_from_the_bundle_to_the_certificate(hq: Headquarters, tmp_path: Path) -> None:
    with served(hq) as address:
        bundle = in_time(hq, address)
        first = run(tmp_path / "box", bundle, "--once", "--json")
        assert (first.exit_code, "site" in json.loads(first.stdout)) == (0, False)
        said = ["--data", str(hq.folder), "site", "confirm", "site-02", "".join(told(first))]
        assert CliRunner().invoke(examhq, [*said, *officer(hq)]).exit_code == 0
        second = run(tmp_path / "box", bundle)
        assert second.exit_code == 0, second.output
        assert "This box is now site site-02" in second.output
    identity = load_identity(tmp_path / "box")
    assert (identity.site, identity.certificate.serial) == ("site-02", 1)
    register = identity.register.held()
    assert register is not None
    assert [one.role for one in register.usable("enrolment")] == ["enrolment"]
    assert address in (tmp_path / "box" / "settings.toml").read_text()
    again = run(tmp_path / "box", bundle)
    assert again.exit_code == AlreadyEnrolled.exit_status
    assert AlreadyEnrolled.code in again.stderr


def officer(hq: Headquarters) -> tuple[str, ...]:
    """The options by which the exam officer `li` says who that is."""
    file = hq.folder / "li.password"
    if not file.exists():
        file.write_text(staff.add_member(hq, FIRST, "li", ("exam-officer",)))
    return ("--account", "li", "--password-file", str(file))


def in_time(hq: Headquarters, address: str) -> Bundle:
    """A bundle for the real clock."""
    result = CliRunner().invoke(
        examhq,
        [
            *("--data", str(hq.folder), "site", "invite", "site-02", "--name", "示例职业学校"),
            *("--address", address, "--out", str(hq.folder / "bundle.json"), *officer(hq)),
        ],
    )
    assert result.exit_code == 0, result.output
    return read_bundle((hq.folder / "bundle.json").read_bytes())


def test_a_second_box_is_told_so_over_the_line(hq: Headquarters, tmp_path: Path) -> None:
    with served(hq) as address:
        bundle = in_time(hq, address)
        assert run(tmp_path / "one", bundle, "--once").exit_code == 0
        second = run(tmp_path / "two", bundle)
    assert second.exit_code == InvitationUsed.exit_status
    assert "[invitation-used]" in second.stderr
    assert InvitationUsed.hint.en in second.stderr
    assert not (tmp_path / "two" / "certificate.json").exists()


def test_by_stick_from_the_bundle_to_the_certificate(hq: Headquarters, tmp_path: Path) -> None:
    stick, box, bundle = tmp_path / "stick", tmp_path / "box", invited(hq)
    stick.mkdir()
    first = run(box, bundle, "--stick", str(stick), "--json")
    assert first.exit_code == 0, first.output
    assert [one.answered for one in visit(hq, stick, AT)] == [False]
    assert "Headquarters has yet" in run(box, bundle, "--stick", str(stick)).output
    digest = site_requests.waiting_of(hq, "site-02")
    site_requests.confirm(hq, FIRST, digest, " ".join(told(first)))
    assert [one.answered for one in visit(hq, stick, AT)] == [True]
    assert run(box, bundle, "--stick", str(stick)).exit_code == 0
    assert load_identity(box).site == "site-02"
    # As a spare gets it, or a machine that adopts a copy.
    shutil.copytree(box / "keys", tmp_path / "spare" / "keys")
    kept, root = (box / "certificate.json").read_bytes(), (box / "root.txt").read_text()
    assert accept_certificate(tmp_path / "spare", kept, root) == load_identity(box).certificate
    token = bundle.token
    assert all(token not in p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())


def test_a_refusal_comes_back_by_stick(hq: Headquarters, tmp_path: Path) -> None:
    stick, bundle = tmp_path / "stick", invited(hq)
    stick.mkdir()
    Newcomer(bundle).comes(hq)
    run(tmp_path / "box", bundle, "--stick", str(stick))
    (met,) = visit(hq, stick, AT)
    assert isinstance(met.refusal, InvitationUsed)
    assert run(tmp_path / "box", bundle, "--stick", str(stick)).exit_code == 10


def test_a_damaged_bundle_is_refused_before_a_key_is_made(tmp_path: Path, hq: Headquarters) -> None:
    text = text_of(invited(hq)).replace(b"site-02", b"site-03")
    result = run(tmp_path / "box", text)
    assert f"[{BundleAltered.code}]" in result.stderr
    assert not (tmp_path / "box" / "keys").exists()


class Held:
    """A way that has an answer."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def enrol(self, request: bytes) -> bytes:
        """Whatever is asked."""
        return self._answer


class Quiet:
    """Headquarters at the other end, which takes the answer back before the box sees it."""

    def __init__(self, hq: Headquarters) -> None:
        self._hq, self.answer = hq, b""

    def enrol(self, request: bytes) -> None:
        """Confirmed at once, by words without their cost."""
        self._hq_take(request)
        digest = site_requests.waiting_of(self._hq, "site-02")
        words = cheap(read_site_request(request)[1])
        site_requests.confirm(self._hq, FIRST, digest, " ".join(words.in_("en")))
        self.answer = self._hq_take(request) or b""

    def _hq_take(self, request: bytes) -> bytes | None:
        return site_requests.take_request(self._hq, request, "stick", AT, cheap)


def answered(hq: Headquarters, box: Enrolment) -> bytes:
    """Headquarters' answer to a box, which does not have it yet."""
    way = Quiet(hq)
    assert box.ask(way) is None
    return way.answer


def elsewhere(made: Certificate) -> Certificate:
    """Headquarters' keys are somebody else's: answers would be sealed to them."""
    theirs = OpeningKey.generate().public.to_bytes()
    keys = structs.replace(made.headquarters, seal=theirs)
    return Certificate(
        made.site, made.name, made.serial, made.sign, made.seal, keys, made.issued_at
    )


def signed_by(key: SigningKey, made: Certificate, register: bytes) -> bytes:
    """An answer that this key made."""
    return documents.to_bytes(Answer(documents.sign(made, key), register))


def test_a_stolen_enrolment_key_leads_no_box_to_other_keys(
    hq: Headquarters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Enrolment(tmp_path / "box", invited(hq))
    data = answered(hq, box)
    answer = documents.from_bytes(data, Answer)
    made = documents.peek(answer.certificate, Certificate)
    forged = signed_by(hq.keys.enrolment(), elsewhere(made), answer.register)
    with pytest.raises(SignatureRefused):
        box.ask(Held(forged))
    monkeypatch.setattr(enrolment, "require_named", lambda *_: None)
    assert box.ask(Held(forged))


def test_who_is_not_in_the_register_certifies_nobody(hq: Headquarters, tmp_path: Path) -> None:
    box = Enrolment(tmp_path / "box", invited(hq))
    answer = documents.from_bytes(answered(hq, box), Answer)
    made = documents.peek(answer.certificate, Certificate)
    for key in (SigningKey.generate(), hq.keys.receipt()):
        with pytest.raises(SignatureRefused):
            box.ask(Held(signed_by(key, made, answer.register)))
    assert not (tmp_path / "box" / "certificate.json").exists()


def test_a_revoked_enrolment_key_certifies_no_new_box_and_unsettles_no_old_one(
    hq: Headquarters, tmp_path: Path
) -> None:
    box = Enrolment(tmp_path / "box", invited(hq))
    data = answered(hq, box)
    assert box.ask(Held(data))
    root, old = hq.keys.root(), hq.keys.enrolment().public.key_id
    rotate(hq, FIRST, root, "enrolment", 30)
    keys.revoke(hq, FIRST, root, old, "stolen")
    newest = keys.newest(hq)
    assert newest is not None
    register = load_identity(tmp_path / "box").register
    assert register.take(newest)
    assert load_identity(tmp_path / "box").site == "site-02"
    # A box that has the newest register already, as after a first try.
    again = documents.to_bytes(Answer(documents.from_bytes(data, Answer).certificate, newest))
    for held in (data, again):
        (tmp_path / "box" / "certificate.json").unlink(missing_ok=True)
        with pytest.raises(KeyRevoked):
            box.ask(Held(held))


def test_an_answer_of_another_headquarters_or_for_another_box_is_refused(
    hq: Headquarters, tmp_path: Path
) -> None:
    box = Enrolment(tmp_path / "box", invited(hq))
    data = answered(hq, box)
    other = SigningKey.generate().public.to_bytes()
    stranger = Enrolment(tmp_path / "two", altered(box.bundle, root=other))
    with pytest.raises(OtherRoot):
        stranger.ask(Held(data))
    beside = Enrolment(tmp_path / "three", box.bundle)
    with pytest.raises(ForeignDataFolder):
        beside.ask(Held(data))


def test_a_site_reads_its_own_certificate_only_under_its_own_root(
    hq: Headquarters, tmp_path: Path
) -> None:
    box = Enrolment(tmp_path / "box", invited(hq))
    box.ask(Held(answered(hq, box)))
    (tmp_path / "box" / "root.txt").write_text("0" * 16)
    with pytest.raises(CannotOpen):
        load_identity(tmp_path / "box")
