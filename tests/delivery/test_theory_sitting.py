"""What a theory sitting of forty costs the line: every batch, both recipients, as the site cuts."""

from pathlib import Path

import sitting_story
from delivery_world import Room

from siteapp.config import SETTINGS

MOST = 300_000


def every() -> int:
    """Seconds between batches where nobody set anything."""
    return int(next(s.default for s in SETTINGS if s.name == "batch_seconds"))


def test_forty_candidates_go_up_in_300_kb_with_all_batches_and_both_recipients(
    online: Room, tmp_path: Path
) -> None:
    made = sitting_story.sealed(tmp_path, every())
    size = sum(path.stat().st_size for path in made)
    assert len(made) > 15
    assert size <= MOST
    digests = [online.spool.put_outgoing(path) for path in made]
    assert online.rounds(2) == []
    assert set(online.hq.batches) == set(digests)
    assert sum(online.hq.batches.values()) == size


def test_a_batch_every_minute_would_be_too_much(tmp_path: Path) -> None:
    made = sitting_story.sealed(tmp_path, 60)
    assert sum(path.stat().st_size for path in made) > MOST
