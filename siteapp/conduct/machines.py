"""Which student machines keep their storage over a restart: told by a mark that they kept. Pure."""

from siteapp.conduct.pace import Bucket
from sync.exam.specification import Struct

# A mark that is still there so much later has outlived the night.
KEPT_AFTER_MS = 12 * 60 * 60_000
# A room behind one address opens all its pages at once.
BURST, A_SECOND = 300, 0.5


class Mark(Struct, frozen=True):
    """What the machine at one seat showed: its mark, since when (wall clock), and how often anew.

    `seals`: its browser has the crypto for sealed copies and rescue files (it came over HTTPS).
    """

    marker: str
    since_ms: int
    seals: bool
    forgot: int = 0


def seen(before: Mark | None, marker: str, seals: bool, at: int) -> Mark:
    """What is known after a page showed `marker`.

    A new mark where there was another: the machine has forgotten its storage, or it is another
    browser or a private window, which is as bad. It is forgiven when a mark outlives the night.
    """
    if before is None:
        return Mark(marker, at, seals)
    if marker != before.marker:
        return Mark(marker, at, seals, before.forgot + 1)
    kept = at - before.since_ms >= KEPT_AFTER_MS
    return Mark(marker, before.since_ms, seals, 0 if kept else before.forgot)


class MarkPace:
    """How often the machines of one address may show a mark: a new one costs a write."""

    def __init__(self, burst: int = BURST) -> None:
        self._shown = Bucket(burst)

    def pass_or_refuse(self, address: str, now: int) -> None:
        """Let one pass, or TooFast."""
        self._shown.take_one(address, A_SECOND, now)
