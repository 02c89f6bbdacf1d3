"""The wall's picture with versions: what a page has is told apart from what is new to it. Pure."""

from collections.abc import Mapping
from typing import Any


class Board:
    """One session's picture and, of each part of it, the version that it changed in last.

    `epoch` is another for every run of the service: a version of an earlier run means nothing.
    """

    def __init__(self, epoch: str) -> None:
        self._epoch = epoch
        self._number = 0
        self._parts: dict[str, tuple[int, Any]] = {}
        self._tiles: dict[str, tuple[int, dict[str, Any]]] = {}

    def take(self, picture: Mapping[str, Any]) -> None:
        """The picture as it is now; what equals the one before keeps its version."""
        number = self._number + 1
        parts = {name: value for name, value in picture.items() if name != "tiles"}
        changed = [_renew(self._parts, parts, number)]
        changed.append(_renew(self._tiles, {t["attempt"]: t for t in picture["tiles"]}, number))
        if any(changed):
            self._number = number

    def since(self, version: str, now: int) -> dict[str, Any]:
        """What changed after a version; the whole picture for one that is not of this board."""
        known = self._known(version)
        told: dict[str, Any] = {
            "version": f"{self._epoch}.{self._number}",
            "whole": known < 0,
            "clock_ms": now,
        }
        told |= {name: value for name, (at, value) in self._parts.items() if at > known}
        return told | {"tiles": [tile for at, tile in self._tiles.values() if at > known]}

    def _known(self, version: str) -> int:
        epoch, _, number = version.partition(".")
        if epoch != self._epoch or not (number.isascii() and number.isdecimal()):
            return -1
        known = int(number[:18])
        return known if known <= self._number else -1


def _renew(kept: dict[str, tuple[int, Any]], new: Mapping[str, Any], number: int) -> bool:
    """Put what differs under the new number, in the new order; true if anything does."""
    before = dict(kept)
    kept.clear()
    for name, value in new.items():
        old = before.get(name)
        kept[name] = old if old is not None and old[1] == value else (number, value)
    return list(before.items()) != list(kept.items())
