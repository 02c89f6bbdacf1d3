"""Identifiers of sites, sessions, sittings and staff: safe in file names, journals and addresses."""

import re

from sync.headquarters.errors import NameRefused

_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{1,31}")


def checked(name: str) -> str:
    """The same name; NameRefused if it is no identifier."""
    if not _NAME.fullmatch(name):
        raise NameRefused(name=name)
    return name
