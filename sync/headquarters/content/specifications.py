"""The specifications as headquarters uses them: the catalogue with its own assumed rules."""

from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select

from sync.exam import catalogue
from sync.exam.assumed import assume
from sync.exam.specification import Specification
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import rule_settings


def specification(headquarters: Headquarters, code: str) -> Specification:
    """One specification with the rules that headquarters set; NotFound if there is none."""
    found = catalogue.find(code)
    with headquarters.store.reading() as db:
        return assume(found, _settings(db, code))


def all_specifications(headquarters: Headquarters) -> list[Specification]:
    """All specifications with the rules that headquarters set."""
    found = catalogue.specifications()
    with headquarters.store.reading() as db:
        return [assume(found[code], _settings(db, code)) for code in found]


def set_rule(headquarters: Headquarters, by: Stamp, code: str, rule: str, value: Any) -> None:
    """Set one assumed rule; SpecificationRefused for a published one or an impossible value."""
    found = catalogue.find(code)
    with headquarters.store.writing() as db:
        assume(found, _settings(db, code) | {rule: value})
        this = (rule_settings.c.specification == code) & (rule_settings.c.rule == rule)
        db.execute(delete(rule_settings).where(this))
        text = msgspec.json.encode(value).decode()
        db.execute(insert(rule_settings).values(specification=code, rule=rule, value=text))
        record(db, by, "rule.set", specification=code, rule=rule, value=value)


def _settings(db: Connection, code: str) -> dict[str, Any]:
    rows = db.execute(select(rule_settings).where(rule_settings.c.specification == code))
    return {row.rule: msgspec.json.decode(row.value) for row in rows}
