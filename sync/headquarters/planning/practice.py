"""The keys that go with a practice, and with no other session."""

import msgspec
from sqlalchemy import Connection, select

from sync.exam.items import Bank
from sync.exam.paper import Form
from sync.exam.practice import FormKeys, keys_of
from sync.exam.specification import Specification
from sync.headquarters.store.schema import forms, sittings


def practice_keys(db: Connection, session: str) -> dict[str, FormKeys]:
    """form → its keys, as its items were when it was drawn."""
    query = (
        select(forms.c.id, forms.c.form, forms.c.bank, sittings.c.specification)
        .join(
            sittings, (sittings.c.session == forms.c.session) & (sittings.c.id == forms.c.sitting)
        )
        .where(forms.c.session == session)
    )
    decode = msgspec.json.decode
    return {
        row.id: keys_of(
            decode(row.form, type=Form),
            decode(row.bank, type=Bank),
            decode(row.specification, type=Specification),
        )
        for row in db.execute(query)
    }
