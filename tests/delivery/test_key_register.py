"""The register of keys on its way: with every contact, by stick, and what receipts then count."""

from pathlib import Path

import pytest
import world
from delivery_world import SITE
from registering import DAY, ISSUED, entry, signed

from sync.courier import Courier
from sync.registers import RegisterFile
from sync.spool import Spool
from sync.stick import StickTransport
from sync.wire.documents import Receipt, sign
from sync.wire.keys import SigningKey

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

    def round(self) -> list[str]:
        """A round of a fresh courier; the codes of its errors."""
        stick = StickTransport(self.root, SITE)
        key = self.hq.receipt.public
        courier = Courier(self.spool, stick, key, SITE, register=(self.file, stick))
        return [error.code for error in courier.step().errors]

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
    fresh = SigningKey.generate()
    lost = entry("receipt", visit.hq.receipt, revoked=ISSUED)
    visit.register(signed(visit.hq, lost, entry("receipt", fresh)))
    assert visit.round() == ["key-revoked"]
    assert not visit.spool.settled()
    visit.receipt(fresh)
    assert visit.round() == []
    assert visit.spool.settled()


def test_an_older_register_on_a_stick_is_said_and_changes_nothing(visit: Visit) -> None:
    visit.register(signed(visit.hq, serial=2))
    assert visit.round() == []
    visit.register(signed(visit.hq, serial=1))
    assert visit.round() == ["older-register"]
    held = visit.file.held()
    assert held is not None and held.serial == 2
