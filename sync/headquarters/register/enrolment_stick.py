"""Enrolment by stick: the requests on it are taken in, answers and refusals put beside them."""

import json
import re
from pathlib import Path

from sync.errors import ExamError
from sync.exam.specification import Struct
from sync.headquarters.errors import TooManyTries
from sync.headquarters.register.site_requests import take_request
from sync.headquarters.store.folder import Headquarters
from sync.stick import ENROLMENTS
from sync.wire.files import write_durably

_REQUEST = re.compile(r"([0-9a-f]{64})\.request\.json")
_MOST = 65_536


class Visitor(Struct, frozen=True):
    """A request on a stick, and what became of it; it waits if neither."""

    digest: str
    answered: bool
    refusal: ExamError | None


def visit(headquarters: Headquarters, root: Path, now: int) -> list[Visitor]:
    """Take in every request that lies on the stick."""
    folder = root / "examsite" / ENROLMENTS
    names = sorted(path.name for path in folder.glob("*") if path.is_file())
    found = filter(None, map(_REQUEST.fullmatch, names))
    return [_one(headquarters, folder, match[1], now) for match in found]


def _one(headquarters: Headquarters, folder: Path, digest: str, now: int) -> Visitor:
    with (folder / f"{digest}.request.json").open("rb") as file:
        envelope = file.read(_MOST)
    refused = folder / f"{digest}.refused.json"
    try:
        answer = take_request(headquarters, envelope, "stick", now)
    except TooManyTries as error:
        return Visitor(digest, False, error)
    except ExamError as error:
        write_durably(refused, json.dumps(error.to_json(), ensure_ascii=False).encode())
        return Visitor(digest, False, error)
    refused.unlink(missing_ok=True)
    if answer is not None:
        write_durably(folder / f"{digest}.answer.json", answer)
    return Visitor(digest, answer is not None, None)
