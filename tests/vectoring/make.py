"""Write tests/vectors anew: `make vectors`. The same bytes each time."""

import functools
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sync.errors import ExamError
from sync.wire import documents, lock
from vectoring import (
    cast,
    container,
    contents,
    enrolments,
    inventories,
    lists,
    opening,
    photos,
    practice,
    registers,
    scored,
    statements,
    sticks,
    updates,
)
from vectoring.draft import JSON, KEPT, VECTORS, Vector
from vectoring.reading import READERS, Keys, read

INDEX = "index.json"


SIGNING = {
    "root": cast.ROOT,
    "release": cast.RELEASE,
    "release-2": cast.SECOND,
    "release-3": cast.THIRD,
    "receipt": cast.RECEIPT,
    "unlock": cast.UNLOCK,
    "site": cast.SIGN,
    "other": cast.STRANGER,
}
OPENING = {
    "seal": cast.SEAL,
    "seal-0": cast.OLD_SEAL,
    "seal-1": cast.LOST_SEAL,
    "escrow": cast.ESCROW,
    "escrow-0": cast.OLD_ESCROW,
    "box": cast.BOX,
    "elsewhere": cast.ELSEWHERE,
}


def index_head() -> JSON:
    """Keys and what each format's reader is given; a vector may be given something else."""
    keys = {
        "verify": {name: key.public.to_bytes().hex() for name, key in SIGNING.items()},
        "open": {name: key.seed.hex() for name, key in OPENING.items()},
    }
    return {"keys": keys, "given": given()}


# Whoever reads these is given the keys alone.
ALONE = (
    "enrolment-request",
    "certificate",
    "key-register",
    "enrolment-bundle",
    "site-request",
    "fetch-request",
    "promotion",
    "later-server",
    "version-rule",
    "readiness-report",
    "parts-list",
)


def given() -> JSON:
    """By format."""
    incoming = {"key": "seal", "live": "seal", "escrow": "escrow"}
    codes = [code.spoken for code in cast.CODES]
    receipt = statements.GOOD["receipt"][0]
    certificate = documents.sign(cast.CERTIFICATE, cast.ROOT)
    return {
        "sealed-document": {
            "kind": "test",
            "trusted": ["release"],
            "threshold": 1,
            "way": "recipients",
            "key": "box",
            "codes": codes,
        },
        "package": {"certificate": certificate.hex(), "key": "box", "codes": codes},
        "batch": incoming,
        "file": incoming,
        "receipt": {"digest": receipt.digest, "size": receipt.size, "site": receipt.site},
        "refusal": {"digest": receipt.digest, "size": receipt.size},
        "unlock-release": {
            "site": cast.SITE,
            "session": cast.SESSION,
            "package": statements.PACKAGE,
            "key": "box",
        },
        **{name: {} for name in ALONE},
        "enrolment-answer": {"bundle": documents.to_bytes(enrolments.BUNDLE).hex()},
        "inventory": {"site": cast.SITE},
        "inventory-answer": {"site": cast.SITE, "to": inventories.TO},
        "stick": sticks.GIVEN,
        "update": updates.GIVEN,
        "checkpoint": {"name": cast.SIGNER},
        "unlock-code": {"official": 1},
    }


def every() -> Iterator[Vector]:
    """All vectors, format by format."""
    yield from container.vectors()
    yield from opening.vectors()
    yield from contents.packages()
    yield from practice.packages()
    yield from photos.photos()
    yield from contents.batches()
    yield from contents.files()
    yield from statements.statements()
    yield from registers.registers()
    yield from enrolments.enrolments()
    yield from inventories.inventories()
    yield from lists.lists()
    yield from updates.updates()
    yield from sticks.sticks()
    yield from statements.checkpoints()
    yield from statements.codes()


def entry(vector: Vector, path: Path, head: JSON) -> JSON:
    """The vector's line in the index; ValueError if our own reader says anything else."""
    known = head["given"][vector.format] | vector.given
    found: dict[str, Any] = {"format": vector.format, "fault": vector.name}
    if vector.given:
        found["given"] = vector.given
    try:
        opened = read(path, vector.format, known, Keys(head))
    except ExamError as error:
        if error.code != vector.code:
            raise ValueError(f"{path}: {error.code}: {error}, not {vector.code}") from error
        return found | {"check": vector.check, "code": error.code, "reason": error.say("en")}
    if vector.code is not None:
        raise ValueError(f"{path}: accepted, not {vector.code}")
    return found | {"check": None, "code": None, "opens": opened}


def write(folder: Path) -> list[str]:
    """All files and the index; what our reader says otherwise."""
    head, lines, wrong = index_head(), [], []
    for vector in every():
        path = folder / vector.format / vector.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(vector.data)
        try:
            lines.append(entry(vector, path, head))
        except ValueError as error:
            wrong.append(str(error))
    index = head | {"vectors": lines}
    text = json.dumps(index, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    (folder / INDEX).write_text(text, "utf-8")
    return wrong


def main() -> None:
    lock._stretch = functools.cache(lock._stretch)  # slow on purpose, and asked for the same
    for format_ in READERS:
        shutil.rmtree(VECTORS / format_, ignore_errors=True)
    wrong = write(VECTORS)
    scored.write()
    KEPT.save()
    print("\n".join(wrong) or "written")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
