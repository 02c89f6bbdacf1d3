"""What headquarters takes in: batches of events, and uploaded files."""

from typing import NamedTuple

from sqlalchemy import Table

from sync.headquarters.store.schema import batches, file_receipts, files, receipts


class Kind(NamedTuple):
    """Its name in the document, its tables, the work of archiving it."""

    name: str
    rows: Table
    receipts: Table
    work: str


BATCH = Kind("batch", batches, receipts, "archive")
FILE = Kind("file", files, file_receipts, "archive-file")
# Batches first: one is small, and results wait for it.
KINDS = (BATCH, FILE)
