"""What the simulated candidates were promised, held against what headquarters has."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from provisioning.demo.candidate import Acknowledged


@dataclass(frozen=True)
class Account:
    """The figures of a run; `lost` and `duplicated` must be 0."""

    saves_acknowledged: int
    answers_at_headquarters: int
    lost: int
    duplicated: int
    marks_wrong: int
    receipts_wrong: int


def compare(
    ledger: Iterable[Acknowledged],
    events: Iterable[Mapping[str, Any]],
    told_marks: Mapping[str, int],
    codes: Mapping[str, str],
    results: Mapping[str, Mapping[str, Any]],
) -> Account:
    """Every acknowledged save against the events that headquarters decrypted from the batches.

    A save is lost if headquarters has no event with its numbers and its response; it is duplicated
    if there are several. `told_marks` and `codes` are by admission number, as are `results`.
    """
    promised = list(ledger)
    found: Counter[tuple[Any, ...]] = Counter()
    for event in events:
        if event["kind"] == "response":
            found[_key(event["body"])] += 1
    numbers = Counter(key[:3] for key in found.elements())
    return Account(
        saves_acknowledged=len(promised),
        answers_at_headquarters=len(numbers),
        lost=sum(1 for one in promised if not found[_promised(one)]),
        duplicated=sum(count - 1 for count in numbers.values()),
        marks_wrong=sum(
            1 for who, marks in told_marks.items() if results.get(who, {}).get("theory") != marks
        ),
        receipts_wrong=sum(
            1 for who, code in codes.items() if results.get(who, {}).get("receipt") != code
        ),
    )


def _promised(one: Acknowledged) -> tuple[Any, ...]:
    return one.attempt, one.instance, one.sequence, one.item, one.response


def _key(body: Mapping[str, Any]) -> tuple[Any, ...]:
    numbers = (body["attempt"], body["instance"], body["sequence"])
    return *numbers, body["item"], tuple(body["response"])
