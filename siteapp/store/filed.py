"""The rows about uploaded files: which events name one, and which were sealed."""

from siteapp.store.live import Live
from siteapp.store.writer import Statement
from sync.exam.journal import Event, decode


def keep_sealed_file(session: str, seq: int, digest: str) -> Statement:
    """The file of event `seq` was sealed."""
    row = (session, seq, digest)
    return Statement("INSERT OR REPLACE INTO sealed_file VALUES (?, ?, ?)", row)


def sealed_files(live: Live, session: str) -> dict[int, str]:
    """Number of a `file` event → digest of the document it was sealed in."""
    rows = live.rows("SELECT seq, digest FROM sealed_file WHERE session = ?", (session,))
    return {row["seq"]: row["digest"] for row in rows}


def sealed_file_digests(live: Live) -> set[str]:
    """Of all sessions."""
    return {row["digest"] for row in live.rows("SELECT digest FROM sealed_file")}


def file_events(live: Live, session: str) -> list[Event]:
    """The `file` events of a session, in order."""
    # A sealed line begins with its kind; in one that is not, no text can look like this member.
    sql = (
        "SELECT line FROM event WHERE session = ? AND (line GLOB '~file *'"
        ' OR line LIKE \'{%"kind":"file"%\') ORDER BY seq'
    )
    return [decode(live.lines.open(session, row["line"])) for row in live.rows(sql, (session,))]
