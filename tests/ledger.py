"""What candidates were told is saved, held against the journal."""

from pathlib import Path

import world
from room import Page, journal
from together import in_memory_as_on_disk

from siteapp.site import Site

# (instance, sequence) → attempt: whose answer it was that was acknowledged.
Ledger = dict[tuple[str, int], str]


def attempt_of(page: Page) -> str:
    """The attempt that a page's answers belong to."""
    return f"{'live' if page.candidate.seat < 4 else 'media'}/{page.candidate.admission}"


def lost(folder: Path, ledger: Ledger) -> Ledger:
    """What was acknowledged and is not in the journal as its own candidate's, exactly once."""
    site = Site(folder)
    events = journal(site, "response")
    kept = {(e["instance"], e["sequence"]): e["attempt"] for e in events}
    assert len(kept) == len(events)
    assert in_memory_as_on_disk(site)
    site.close()
    return {key: attempt for key, attempt in ledger.items() if kept.get(key) != attempt}


def pages_of(package: world.Package) -> list[Page]:
    """One page a candidate, each with an instance of its own."""
    return [Page(None, c, f"c{c.seat}") for c in package.plan.candidates]  # type: ignore[arg-type]
