"""Acts that were sent twice: a click that repeats itself must not count twice. Pure."""

from collections import OrderedDict

MOST = 2_000


class Once:
    """The keys of the latest acts; an empty last part of a key means that nobody gave one."""

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[str, str, str], None] = OrderedDict()

    def first_time(self, key: tuple[str, str, str]) -> bool:
        """True unless this key was there before; then it is remembered."""
        if not key[2]:
            return True
        if key in self._seen:
            return False
        self._seen[key] = None
        if len(self._seen) > MOST:
            self._seen.popitem(last=False)
        return True

    def forget(self, key: tuple[str, str, str]) -> None:
        """The act came to nothing and may be sent again."""
        self._seen.pop(key, None)
