"""Rehearsals and practices may be taken again: which run of each attempt counts. Pure."""

from collections.abc import Sequence

from sync.exam.journal import Event


def counted_runs(events: Sequence[Event]) -> Sequence[Event]:
    """The events without those of runs that do not count; the same where nothing is taken again.

    Of each attempt the last run that was handed in counts, or the last where none was.
    """
    if not any(event.kind == "again" for event in events):
        return events
    run_of: list[int] = []
    present: dict[str, int] = {}
    handed_in: dict[str, int] = {}
    for event in events:
        attempt = event.body.get("attempt", "")
        if event.kind == "again":
            present[attempt] = present.get(attempt, 0) + 1
        run = present.get(attempt, 0)
        if event.kind == "hand-in":
            handed_in[attempt] = run
        run_of.append(run)
    counts = {**present, **handed_in}
    return [
        event
        for event, run in zip(events, run_of, strict=True)
        if run == counts.get(event.body.get("attempt", ""), run)
    ]
