"""Lists a page at a time: `?page=`, from 1."""

from collections.abc import Sized
from urllib.parse import urlencode

from flask import request
from werkzeug.datastructures import MultiDict

from sync.exam.specification import Struct

PAGE = 100
# Beyond this one narrows the search.
LAST = 10_000


class Page(Struct, frozen=True):
    """A page of a list; `more` if another follows."""

    number: int
    more: bool = False

    @property
    def offset(self) -> int:
        """How many rows come before it."""
        return (self.number - 1) * PAGE

    def of(self, found: Sized) -> "Page":
        """The same, once up to PAGE + 1 rows were looked up."""
        return Page(self.number, len(found) > PAGE)

    def there(self, number: int) -> str:
        """The address of another page of this list."""
        arguments: MultiDict[str, str] = MultiDict(request.args)
        arguments["page"] = str(number)
        return "?" + urlencode(list(arguments.items(multi=True)))


def page_asked() -> Page:
    """The page of this request; the first for anything that is no number."""
    text = request.args.get("page", "")
    number = int(text[:6]) if text.isascii() and text.isdecimal() else 1
    return Page(min(max(number, 1), LAST))
