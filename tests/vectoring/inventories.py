"""Faults of inventories and of headquarters' answers to them."""

import hashlib
from collections.abc import Iterator

from sync.wire.inventory import (
    Inventory,
    InventoryAnswer,
    Journal,
    Listed,
    SessionState,
    in_short,
)
from vectoring import statements
from vectoring.cast import AT, OLD_RECEIPT, RECEIPT, SESSION, SIGN, SITE, STRANGER
from vectoring.container import drop, field
from vectoring.contents import Wrong
from vectoring.draft import Vector
from vectoring.registers import GIVEN
from vectoring.statements import envelope, statement

FORMAT, ANSWER = "inventory", "inventory-answer"
FIRST, SECOND, FILE = "ab" * 32, "cd" * 32, "ef" * 32
BATCHES, FILES = ((0, FIRST), (1, SECOND)), ((17, FILE),)
SHORT = Journal(SESSION, 1, in_short(BATCHES), in_short(FILES))
EMPTY = Journal("pm-1121", 1, in_short(()), in_short(()))
INVENTORY = Inventory(
    SITE,
    AT,
    AT,
    "examsite 0.1.0",
    (SessionState(SESSION, "running", 2), SessionState("pm-1121", "waiting", 0)),
    (SHORT, EMPTY),
    (Listed(SESSION, 1, BATCHES, FILES),),
)
TO = hashlib.sha256(b"an inventory").hexdigest()
statements.GOOD[FORMAT] = (INVENTORY, SIGN)
statements.GOOD[ANSWER] = (
    InventoryAnswer(SITE, TO, AT, (EMPTY,), (FIRST, SECOND), AT),
    RECEIPT,
)


def _inventory_faults() -> dict[str, Wrong]:
    batches = ("journals", 0, "batches")
    return {
        "number-0": field("number", to=0),
        "software-empty": field("software", to=""),
        "fields-unknown-member": field("note", to=""),
        "fields-member-missing": drop("lists"),
        "state-unknown": field("sessions", 0, "state", to="open"),
        "cut-negative": field("sessions", 0, "cut", to=-1),
        "session-twice": lambda made: made["sessions"].insert(0, made["sessions"][0]),
        "journals-out-of-order": lambda made: made["journals"].reverse(),
        "journal-twice": lambda made: made["journals"].insert(0, made["journals"][0]),
        "term-0": field("journals", 0, "server_term", to=0),
        "count-without-highest": field(*batches, "highest", to=None),
        "highest-of-none": field("journals", 1, "files", "highest", to=0),
        "digest-of-none": field("journals", 1, "files", "digest", to=FIRST),
        "digest-in-capitals": field(*batches, "digest", to="AB" * 32),
        "list-out-of-order": lambda made: made["lists"][0]["batches"].reverse(),
        "list-shorter-than-its-journal": lambda made: made["lists"][0]["batches"].pop(),
        "list-with-other-digests": field("lists", 0, "files", 0, 1, to=FIRST),
        "list-of-no-journal": field("lists", 0, "server_term", to=2),
        "list-item-of-three": field("lists", 0, "files", 0, to=[17, FILE, 0]),
    }


def _answer_faults() -> dict[str, Wrong]:
    return {
        "number-0": field("number", to=0),
        "fields-unknown-member": field("note", to=""),
        "fields-member-missing": drop("differs"),
        "lacks-out-of-order": lambda made: made["lacks"].reverse(),
        "lacks-twice": field("lacks", 1, to=FIRST),
        "lacks-63-digits": field("lacks", 0, to="a" * 63),
        "differs-twice": lambda made: made["differs"].append(made["differs"][0]),
        "differs-without-files": drop("differs", 0, "files"),
    }


def inventories() -> Iterator[Vector]:
    """All that are about inventories alone; what all statements share is made with the others."""
    for format_, faults in ((FORMAT, _inventory_faults()), (ANSWER, _answer_faults())):
        for name, wrongly in faults.items():
            data = envelope(statement(format_, wrongly))
            yield Vector(format_, name, data, "t3", "not-canonical")
    other = envelope(statement(FORMAT, field("site", to="site-02")))
    yield Vector(FORMAT, "of-another-site", other, "i1", "for-other-site")
    for member, value in {"site": "site-02", "inventory": FIRST}.items():
        data = envelope(statement(ANSWER, field(member, to=value)))
        yield Vector(ANSWER, f"to-another-{member}", data, "i2", "inventory-mismatch")
    for name, signer, check, code in (
        ("by-a-revoked-key", STRANGER, "g1", "key-revoked"),
        ("by-a-key-after-its-end", OLD_RECEIPT, "g2", "key-expired"),
    ):
        data = envelope(statement(ANSWER, signer=signer))
        yield Vector(ANSWER, name, data, check, code, GIVEN)
