"""From one release's tables to the next one's: a short list of steps, run by a person's command.

Not Alembic: the tables are one metadata for two databases, new tables are made by themselves, and
what is left is a statement or two a release; its own graph of revisions would be the larger part.
"""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, select, update

from sync.headquarters.database_errors import DatabaseNewer, DatabaseOlder
from sync.headquarters.store.engine import Stamp, Store, record
from sync.headquarters.store.schema import SCHEMA_VERSION, about, metadata

Step = Callable[[Connection], None]
# Number of the tables → what makes the next number's of them. Nothing is in use before 5.
STEPS: dict[int, Step] = {}


def upgrade(
    store: Store, by: Stamp, steps: Mapping[int, Step] = STEPS, to: int = SCHEMA_VERSION
) -> list[int]:
    """Bring a database to this release's tables; the numbers that it went through.

    Each step is one transaction with its number: cut off, it goes on from there. DatabaseNewer if
    a newer release has been here; DatabaseOlder if there is no way from so old a one.
    """
    found, passed = _number(store), []
    if found > to:
        raise DatabaseNewer(found=found, known=to)
    if any(number not in steps for number in range(found, to)):
        raise DatabaseOlder(found=found, needed=to)
    for number in range(found, to):
        with store.writing() as db:
            steps[number](db)
            metadata.create_all(db)
            row = about.c.name == "schema"
            db.execute(update(about).where(row).values(value=str(number + 1)))
            record(db, by, "database.upgrade", to=number + 1)
        passed.append(number + 1)
    return passed


def _number(store: Store) -> int:
    with store.reading() as db:
        return int(db.scalar(select(about.c.value).where(about.c.name == "schema")) or 0)
