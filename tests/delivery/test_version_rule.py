"""The required version on its way: by stick, only newer ones, only by headquarters' key."""

from importlib import metadata
from pathlib import Path

import pytest
import world
from delivery_world import SITE, HttpLine
from registering import ISSUED, entry, signed

from siteapp.identity import Identity, load_identity
from siteapp.readiness import version as judging
from siteapp.readiness.version import find_version
from sync.courier import Courier
from sync.delivery_errors import UnexpectedAnswer
from sync.registers import RegisterFile
from sync.spool import Spool
from sync.stick import StickTransport
from sync.version_rules import MAX_RULE, RuleFile
from sync.wire.documents import sign
from sync.wire.keys import SigningKey
from sync.wire.version_rule import VersionRule


class Visit:
    """A site that a stick visits."""

    def __init__(self, folder: Path, site_folder: Path, hq: world.Headquarters) -> None:
        self.hq, self.root = hq, folder / "stick"
        (self.root / "examsite").mkdir(parents=True)
        self.identity: Identity = load_identity(site_folder)
        self.spool = Spool(site_folder / "spool")
        self.file = RuleFile(self.spool.folder, hq.receipt.public)

    def brings(self, serial: int, oldest: str, signer: SigningKey | None = None) -> list[str]:
        """The stick with that rule; the codes of the round's errors."""
        rule = sign(VersionRule(serial, oldest, "修复", ISSUED), signer or self.hq.receipt)
        (self.root / "examsite" / "version.json").write_bytes(rule)
        return self.round()

    def round(self) -> list[str]:
        """One round of a fresh courier."""
        stick, key = StickTransport(self.root, SITE), self.hq.receipt.public
        register = (RegisterFile(self.identity.folder / "spool", self.hq.root.public.key_id), stick)
        courier = Courier(self.spool, stick, key, SITE, register=register, rules=(self.file, stick))
        return [error.code for error in courier.step().errors]

    def level(self) -> str:
        """What the readiness report would say."""
        return find_version(self.spool.folder, self.identity).level


@pytest.fixture
def visit(tmp_path: Path, site_folder: Path, hq: world.Headquarters) -> Visit:
    return Visit(tmp_path / "visit", site_folder, hq)


def test_a_site_below_the_rule_is_not_ready_and_one_at_it_is(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (visit.round(), visit.level()) == ([], "unknown")
    monkeypatch.setattr(judging.metadata, "version", lambda _: "1.2.0")
    assert (visit.brings(1, "1.2.0"), visit.level()) == ([], "ok")
    assert (visit.brings(2, "1.2.1"), visit.level()) == ([], "fail")
    # An older rule, and the same once more, change nothing.
    assert (visit.brings(1, "1.2.0"), visit.level()) == ([], "fail")
    assert (visit.brings(3, "1.1"), visit.level()) == ([], "ok")


def test_nobody_else_says_which_version_is_needed(visit: Visit) -> None:
    visit.brings(1, "0.0")
    assert visit.level() == "ok"
    assert visit.brings(2, "99.0", SigningKey.generate()) == ["signature-refused"]
    (visit.root / "examsite" / "version.json").write_bytes(b"rot")
    assert visit.round() != []
    assert visit.level() == "ok"


def test_a_rule_that_is_damaged_here_is_unknown_until_another_comes(visit: Visit) -> None:
    visit.brings(5, "0.0")
    (visit.spool.folder / "version.json").write_bytes(b"rot")
    found = find_version(visit.spool.folder, visit.identity)
    assert (found.level, metadata.version("examsite") in found.said) == ("unknown", True)
    assert (visit.brings(4, "0.0"), visit.level()) == ([], "ok")


def test_a_rule_by_a_revoked_key_counts_no_more(visit: Visit) -> None:
    visit.brings(1, "99.0")
    assert visit.level() == "fail"
    fresh = SigningKey.generate()
    lost = entry("receipt", visit.hq.receipt, revoked=ISSUED)
    visit.identity.register.take(signed(visit.hq, lost, entry("receipt", fresh)))
    assert visit.level() == "unknown"
    assert (visit.brings(1, "0.0", fresh), visit.level()) == ([], "ok")


def test_the_line_brings_a_rule_and_no_more_than_one(http: HttpLine) -> None:
    http.hq.canned["/api/v1/version"] = [(200, {}, b"rule")]
    assert http.transport.version_rule() == b"rule"
    http.hq.canned["/api/v1/version"] = [(200, {}, b"x" * (MAX_RULE + 1))]
    with pytest.raises(UnexpectedAnswer):
        http.transport.version_rule()
