"""A database without room: the drill's full disk. Only ever for the drill's own file."""

from siteapp.store.writer import Statement

# SQLite's own upper bound.
MOST_PAGES = 4_294_967_294


def narrow() -> Statement:
    """From now on this connection's file may not grow: its next large write fails as SQLITE_FULL.

    The limit is the connection's: another file's writer knows nothing of it, a restart forgets it.
    """
    # Less than there is means what there is.
    return Statement("PRAGMA max_page_count = 1", ())


def widen() -> Statement:
    """It may grow again."""
    return Statement(f"PRAGMA max_page_count = {MOST_PAGES}", ())
