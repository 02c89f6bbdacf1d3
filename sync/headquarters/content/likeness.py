"""How alike two stems are: one measure for the checker of a folder and for the bank's pages.

Pairs of neighbouring characters, shared over all: Chinese has no words to compare by, and neither
SQLite's nor PostgreSQL's full-text index would find a stem that differs in one of them on both.
"""

import re
from collections.abc import Iterable

# From here on two stems are nearly equal; from LIKE on a person should look at both.
NEARLY, LIKE = 0.8, 0.6


def pairs(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters, punctuation aside."""
    plain = re.sub(r"[\W_]", "", text)
    return frozenset(plain[i : i + 2] for i in range(len(plain) - 1))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of pairs that both have; 1 for the same stem, 0 for nothing in common."""
    together = len(one | other)
    return len(one & other) / together if together else 0.0


def most_like(
    stem: str, others: Iterable[tuple[str, str]], limit: int = 5
) -> list[tuple[str, float]]:
    """Of (name, stem) those that are LIKE this stem or more so, the most alike first."""
    own = pairs(stem)
    found = []
    for name, text in others:
        # As alike as their lengths allow: most stems need no closer look.
        if own and LIKE * len(own) <= len(text) and (near := likeness(own, pairs(text))) >= LIKE:
            found.append((name, near))
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:limit]
