"""The register of keys on its way: with every contact, by stick, and what receipts then count."""

import base64
from pathlib import Path

import pytest
import world
from delivery_world import SITE
from registering import DAY, ISSUED, entry, signed

from sync import courier as delivering
from sync.courier import Courier
from sync.delivery_errors import RefusedByHeadquarters
from sync.errors import DocumentAltered
from sync.registers import RegisterFile
from sync.spool import Spool
from sync.stick import StickTransport
from sync.wire.documents import Receipt, Refusal, sign
from sync.wire.keys import SigningKey
from sync.words import Words

DATA = b"a sealed batch"


class Visit:
    """A site that delivers by stick; the test puts on it what headquarters would."""

    def __init__(self, folder: Path) -> None:
        self.hq = world.Headquarters()
        self.root = folder / "stick"
        (self.root / "examsite" / "receipts").mkdir(parents=True)
        self.spool = Spool(folder / "spool")
        self.file = RegisterFile(folder, self.hq.root.public.key_id)
        source = folder / "finished"
        source.write_bytes(DATA)
        self.digest = self.spool.put_outgoing(source)

    def courier(self) -> Courier:
        stick = StickTransport(self.root, SITE)
        key = self.hq.receipt.public
        return Courier(self.spool, stick, key, SITE, register=(self.file, stick))

    def round(self, courier: Courier | None = None) -> list[str]:
        """A round, of a fresh courier if no other; the codes of its errors."""
        return [error.code for error in (courier or self.courier()).step().errors]

    def revoke(self) -> SigningKey:
        """A register on the stick that revokes the receipt key; the key that follows it."""
        fresh = SigningKey.generate()
        lost = entry("receipt", self.hq.receipt, revoked=ISSUED)
        self.register(signed(self.hq, lost, entry("receipt", fresh)))
        return fresh

    def register(self, envelope: bytes) -> None:
        (self.root / "examsite" / "keys.json").write_bytes(envelope)

    def receipt(self, signer: SigningKey, at: int = ISSUED) -> None:
        said = Receipt(self.digest, len(DATA), SITE, "am", 1, 0, "archived", at)
        path = self.root / "examsite" / "receipts" / f"{self.digest}.archived.json"
        path.write_bytes(sign(said, signer))


@pytest.fixture
def visit(tmp_path: Path) -> Visit:
    return Visit(tmp_path)


def test_a_stick_brings_the_register_and_a_receipt_by_the_new_key(visit: Visit) -> None:
    fresh = SigningKey.generate()
    visit.receipt(fresh)
    assert visit.round() == ["signature-refused"]
    visit.register(signed(visit.hq, entry("receipt", fresh)))
    assert visit.round() == []
    assert visit.spool.state(visit.digest) == "archived"


@pytest.mark.parametrize(("at", "codes"), [(ISSUED - DAY - 1, []), (ISSUED, ["key-expired"])])
def test_of_a_rotated_receipt_key_only_what_it_signed_before_its_end_counts(
    visit: Visit, at: int, codes: list[str]
) -> None:
    old = entry("receipt", visit.hq.receipt, until=ISSUED - DAY)
    visit.register(signed(visit.hq, old, entry("receipt", SigningKey.generate())))
    visit.receipt(visit.hq.receipt, at)
    assert visit.round() == codes


def test_what_a_revoked_key_receipted_is_delivered_again(visit: Visit) -> None:
    visit.receipt(visit.hq.receipt)
    assert visit.round() == []
    assert visit.spool.settled()
    fresh = visit.revoke()
    assert visit.round() == ["key-revoked"]
    assert not visit.spool.settled()
    visit.receipt(fresh)
    assert visit.round() == []
    assert visit.spool.settled()


@pytest.mark.parametrize("restarted", [True, False])
def test_a_revocation_cut_short_is_ended_by_the_next_round(
    visit: Visit, monkeypatch: pytest.MonkeyPatch, restarted: bool
) -> None:
    visit.receipt(visit.hq.receipt)
    assert visit.round() == []
    visit.revoke()

    def cut(*_: object) -> None:
        raise OSError(28, "No space left on device")

    courier = visit.courier()
    with monkeypatch.context() as broken:
        broken.setattr(delivering, "distrust", cut)
        assert "spool-failed" in visit.round(courier)
    held = visit.file.held()
    assert held is not None and visit.spool.settled()
    visit.round(None if restarted else courier)
    assert not visit.spool.settled()


@pytest.mark.parametrize(("revoked", "state"), [(True, "waiting"), (False, "refused")])
def test_what_a_revoked_key_refused_is_delivered_again(
    visit: Visit, revoked: bool, state: str
) -> None:
    said = Refusal(visit.digest, len(DATA), "former-server", "x", "x", ISSUED)
    member = base64.b64encode(sign(said, visit.hq.receipt)).decode()
    error = RefusedByHeadquarters(Words("x", "x"), {"refusal": member})
    visit.spool.refuse(visit.digest, error)
    if revoked:
        visit.revoke()
    else:
        visit.register(signed(visit.hq))
    assert visit.round() == []
    assert visit.spool.state(visit.digest) == state
    stick = visit.root / "examsite" / "batches" / f"{visit.digest}.batch"
    assert stick.is_file() is revoked


def test_what_this_box_did_not_send_stays_when_a_key_is_revoked(visit: Visit) -> None:
    visit.spool.refuse(visit.digest, DocumentAltered(where="x"))
    visit.revoke()
    assert visit.round() == []
    assert visit.spool.state(visit.digest) == "refused"


def test_an_older_register_on_a_stick_is_said_and_changes_nothing(visit: Visit) -> None:
    visit.register(signed(visit.hq, serial=2))
    assert visit.round() == []
    visit.register(signed(visit.hq, serial=1))
    assert visit.round() == ["older-register"]
    held = visit.file.held()
    assert held is not None and held.serial == 2
