"""How many answers only a candidate's machine has, as its page says: a figure to show. Pure."""

MOST = 9999


class OnlyThere:
    """For any thread. A page says so with each look at the state; twice in a row counts.

    What is on its way at one look has arrived at the next: it is not worth a word on the wall.
    """

    def __init__(self) -> None:
        self._said: dict[tuple[str, str], tuple[int, int]] = {}

    def tell(self, session: str, attempt: str, text: str) -> None:
        """A page's word, whatever it wrote: no number, or none in reason, is nought."""
        plain = text.isascii() and text.isdecimal()
        count = min(int(text[:9]), MOST) if plain else 0
        _, last = self._said.get((session, attempt), (0, 0))
        self._said[session, attempt] = last, count

    def of(self, session: str) -> dict[str, int]:
        """Attempt → how many, of those that have any."""
        said = list(self._said.items())
        return {a: min(two) for (where, a), two in said if where == session and min(two)}
