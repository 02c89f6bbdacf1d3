"""What the form of a correction says, by what kind of item it is about."""

import re
from collections.abc import Mapping

from sync.exam.items import Item
from sync.exam.marking import Ruling
from sync.headquarters.desk_errors import CorrectionRefused

# A pair's field of the form: the row of a matching item, or the place of an ordering one.
PAIR = "pair-"
# As many bytes as a person types; more is no key.
MOST_TYPED = 4_000


def rows_of(item: Item) -> list[tuple[str, str]]:
    """The rows that each get an option: those of a matching item, the places of an ordering one."""
    if item.choice == "order":
        return [(str(place), "") for place in range(1, len(item.options) + 1)]
    return list(item.rows.items())


def key_now(item: Item) -> dict[str, str]:
    """Row or place → the option that the authored key puts there."""
    return {pair[:-1]: pair[-1] for pair in item.key} if item.rows or item.choice == "order" else {}


def read_ruling(kind: str, keys: str) -> Ruling:
    """A ruling as people type it: keys apart by spaces or commas, the letters of one together."""
    words = re.split(r"[\s,，、;；/]+", keys[:200].lower().strip())
    return _ruling(kind, tuple(tuple(word) for word in words if word))


def _ruling(kind: str, keys: tuple[tuple[str, ...], ...]) -> Ruling:
    if kind in ("full", "removed"):
        return Ruling("full" if kind == "full" else "removed")
    if kind != "keys":
        raise CorrectionRefused(reason_zh="请选择更正方式", reason_en="choose how it is marked")
    return Ruling("keys", keys)


def ruling_of(item: Item, form: Mapping[str, str]) -> Ruling:
    """The ruling that a form proposes: letters, texts a line each, or an option for each row.

    With `also` the authored pairs stay right beside the new ones.
    """
    kind, typed = form.get("kind", ""), form.get("keys", "")
    if item.choice == "gap":
        lines = [line.strip() for line in typed[:MOST_TYPED].splitlines()]
        return _ruling(kind, tuple((line,) for line in lines if line))
    if item.choice not in ("match", "order"):
        return read_ruling(kind, typed)
    chosen = {row: form.get(PAIR + row, "") for row, _ in rows_of(item)}
    pairs = tuple(f"{row}{option}" for row, option in chosen.items() if option)
    if kind == "keys" and len(pairs) < len(chosen):
        raise CorrectionRefused(
            reason_zh="请为每一行选择答案", reason_en="choose an option for each row"
        )
    both = (pairs, item.key) if form.get("also") else (pairs,)
    return _ruling(kind, both)
