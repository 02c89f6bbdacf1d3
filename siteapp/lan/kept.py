"""The list over a restart of the service: a cache in the data folder; damaged it is as if new."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from siteapp.lan.sightings import Sighting
from siteapp.lan.table import FORGET_MS, MOST
from sync.exam.specification import Struct
from sync.wire.files import write_durably

log = logging.getLogger("examsite.lan")

VERSION = 1
NAME = "lan.json"
LARGEST = 8 * 2**20


class Kept(Struct, frozen=True, forbid_unknown_fields=True):
    """What was seen, and when the room was last looked through."""

    version: int
    looked_at: int
    sightings: Annotated[list[Sighting], Meta(max_length=MOST)]


def keep(path: Path, sightings: Sequence[Sighting], looked_at: int) -> None:
    """Put the list there in place of the one before; OSError if there is no room for it."""
    write_durably(path, msgspec.json.encode(Kept(VERSION, looked_at, list(sightings))), 0o600)


def kept(path: Path, now: int) -> Kept:
    """The list as it was kept, without what is too old; empty if there is none that can be read.

    Nothing in it is of the future, so a clock that was set back makes nobody live for ever.
    """
    try:
        with path.open("rb") as file:
            found = msgspec.json.decode(file.read(LARGEST), type=Kept)
    except FileNotFoundError:
        return Kept(VERSION, 0, [])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        log.info("the list of machines begins anew: %s", error)
        return Kept(VERSION, 0, [])
    if found.version != VERSION:
        return Kept(VERSION, 0, [])
    lately = [
        msgspec.structs.replace(one, at=min(one.at, now), since=min(one.since, now))
        for one in found.sightings
        if now - one.at <= FORGET_MS
    ]
    looked = found.looked_at if found.looked_at <= now else 0
    return Kept(VERSION, looked, lately)
