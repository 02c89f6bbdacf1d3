"""The site's channels: what a body may be at most, and how many a machine may have."""

from collections.abc import Callable

from siteapp.web.bodies import BoundedParser
from sync import bounded
from sync.bounded import Bound, BoundedChannel


def channels(bound: Bound, most: int) -> Callable[..., BoundedChannel | None]:
    """What makes a channel of an accepted connection; one machine gets at most `most`."""
    return bounded.channels(BoundedParser, bound, most)
