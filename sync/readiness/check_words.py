"""What the words of one check are made of."""

from typing import Final, NamedTuple

from sync.words import Words

SCHOOL: Final = Words("机房管理员", "the school's technician")
ADMINISTRATOR: Final = Words("考点管理员", "the site administrator")
HEADQUARTERS: Final = Words("考务总部", "headquarters")


class Check(NamedTuple):
    """One check; `needed`: what is unknown here keeps the site from being ready."""

    code: str
    of_machine: bool
    unit: str
    title: Words
    why: Words
    who: Words
    how: Words
    needed: bool = False
