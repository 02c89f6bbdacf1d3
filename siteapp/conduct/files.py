"""What an uploaded file leads to: a `file` event, or evidence where it comes too late. Pure."""

from collections.abc import Mapping
from typing import Any

from siteapp.conduct.acts import NewEvent, save
from siteapp.conduct.attempt import Attempt
from siteapp.errors import SequenceReused
from sync.errors import ExamError


def refusal_now(attempt: Attempt, seat_term: int, now: int) -> ExamError | None:
    """Why nothing of this seat counts now, by the rule of saves; None if it does."""
    return save(attempt, seat_term, "", (), now)[1]


def keep_file(
    attempt: Attempt, about: Mapping[str, Any], held: int, now: int
) -> tuple[list[NewEvent], ExamError | None]:
    """Events for a file of which `held` bytes are on disk, and the refusal if it comes too late.

    `about` is the body of a `file` event. A repeat gives no event; a number used again for another
    file is SequenceReused. Late files are evidence, once each.
    """
    before = attempt.files.get((about["instance"], about["sequence"]))
    refusal = refusal_now(attempt, about["seat_term"], now)
    if before is not None:
        if before != about:
            raise SequenceReused(sequence=about["sequence"])
        return [], None
    if refusal is None:
        return [NewEvent("file", dict(about))], None
    if any(all(late[name] == about[name] for name in about) for late in attempt.late_files):
        return [], refusal
    return [NewEvent("file-evidence", {**about, "held": held, "why": refusal.code})], refusal
