"""The site's own program without the queue and the commit: what a save costs before it is kept.

Routing, token, decoding, validation and the decision are the real ones. For `make bench` only.
"""

from collections.abc import Callable
from typing import Any

from siteapp import cli
from siteapp.store.live import Live


def enqueue(
    live: Live,
    session: Any,
    act: Callable[[Any], Any],
    answer: Callable[[Exception | None], None],
    size: int,
) -> None:
    answer(act(session).refusal)


Live.enqueue = enqueue  # type: ignore[method-assign,assignment]

if __name__ == "__main__":
    cli.main()
