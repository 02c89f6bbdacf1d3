"""Identifiers of sites, sessions, sittings, staff: safe in file names, journals and addresses."""

import re

from sync.headquarters.errors import NameRefused

# The same rule as sync.exam.sitting.check_plan, so that no plan fails at its site.
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def checked(name: str) -> str:
    """The same name; NameRefused if it is no identifier."""
    if not _NAME.fullmatch(name):
        raise NameRefused(name=name)
    return name
