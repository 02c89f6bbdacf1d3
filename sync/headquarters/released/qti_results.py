"""A released list as QTI 3.0 results reports: one XML file a candidate and certificate, in a zip.

How our facts become QTI's is specified in docs/specs/results.md.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache, partial
from typing import Any

from lxml import etree

from sync.exam.items import Bank, Item
from sync.exam.marking import ItemMark, Marker, PaperMark, Ruling, brought_to, marker
from sync.exam.sitting import attempt_id, form_for
from sync.headquarters.intake.journals import read_journal
from sync.headquarters.marking.attempts import attempt_facts
from sync.headquarters.marking.scoring import rulings_now
from sync.headquarters.planning.sessions import (
    SittingRow,
    list_sittings,
    load_form,
    published_plan,
)
from sync.headquarters.released.errors import ReleaseOutdated
from sync.headquarters.released.lists import Line, ResultList
from sync.headquarters.released.reading import released
from sync.headquarters.released.taking import taken
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.folder import Headquarters
from sync.moments import BEIJING

SPACE = "http://www.imsglobal.org/xsd/imsqti_result_v3p0"
SOURCE = "urn:examsite:"
# What XML has no way to write, and what no identifier may hold.
_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
_UNNAMED = re.compile(r"[^A-Za-z0-9._-]")
# A file of a zip has a moment of its own; this one says nothing of when it was made.
NO_MOMENT = (1980, 1, 1, 0, 0, 0)
_BASE = {"gap": "string", "match": "directedPair"}
_CARDINALITY = {"many": "multiple", "match": "multiple", "order": "ordered"}

Marked = Mapping[tuple[str, str], tuple[PaperMark, Bank, int]]


def qti_reports(
    headquarters: Headquarters, by: Stamp, session: str, *, release: int | None = None
) -> bytes:
    """The zip; recorded. NothingReleased before a release.

    ReleaseOutdated if the answers as they are marked now give other marks than were released.
    """
    found = released(headquarters, session, release)
    marked = _marked(headquarters, session)
    wrong = [line for line in found.list.lines if not _agrees(line, marked)]
    if wrong:
        raise ReleaseOutdated(count=len(wrong), release=found.release)
    at = found.said.at if found.said else found.at
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for line in found.list.lines:
            name = zipfile.ZipInfo(f"{line.admission}-{line.specification}.xml", NO_MOMENT)
            name.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(name, report(found.list, line, at, marked.get(line.key)))
    taken(headquarters, by, found, "qti", rows=len(found.list.lines))
    return packed.getvalue()


def _agrees(line: Line, marked: Marked) -> bool:
    """Whether the theory marks of the line are those that its items add up to."""
    theory = next((one for one in line.components if one.name == "theory"), None)
    if theory is None or theory.marks is None:
        return True
    if line.key not in marked:
        return False
    mark, _, _ = marked[line.key]
    return brought_to(theory.of, mark.marks, mark.of) == theory.marks


def _marked(headquarters: Headquarters, session: str) -> Marked:
    """(specification, admission) → theory items as marked under the rulings that count now."""
    plan, journal = published_plan(headquarters, session), read_journal(headquarters, session)
    facts, rulings = attempt_facts(journal), rulings_now(headquarters, session)
    ended: dict[str, int] = {
        event.body["attempt"]: event.at for event in journal.events() if event.kind == "hand-in"
    }
    found = {}
    for sitting in list_sittings(headquarters, session):
        if sitting.plan.component != "theory":
            continue
        ruled = rulings.of(sitting.plan.id)
        made = cache(partial(_markers, headquarters, sitting, ruled))
        for candidate in plan.candidates:
            attempt = attempt_id(sitting.plan.id, candidate.admission)
            fact = facts.get(attempt)
            if fact is None or not fact.handed_in or fact.violation:
                continue
            own, bank = made(session, fact.form or form_for(sitting.plan, candidate.seat))
            mark = own.mark(fact.responses)
            key = sitting.specification.code, candidate.admission
            found[key] = mark, bank, ended[attempt]
    return found


def _markers(
    headquarters: Headquarters,
    sitting: SittingRow,
    ruled: Mapping[str, Ruling],
    session: str,
    form: str,
) -> tuple[Marker, Bank]:
    paper, bank = load_form(headquarters, session, form)
    return marker(paper, bank, sitting.specification, ruled), bank


def report(
    about: ResultList, line: Line, at: int, marked: tuple[PaperMark, Bank, int] | None
) -> bytes:
    """One candidate's report in one certificate; without `marked` it has no items."""
    root = etree.Element(f"{{{SPACE}}}assessmentResult", nsmap={None: SPACE})
    context = _add(root, "context", sourcedId=_named("c", line.admission))
    for name, value in (
        ("session", about.session),
        ("release", str(about.release)),
        ("site", about.site),
    ):
        source, named = f"{SOURCE}{name}", _named(name[0], value)
        _add(context, "sessionIdentifier", sourceID=source, identifier=named)
    test = _add(root, "testResult", identifier=_named("t", line.specification), datestamp=_when(at))
    for name, base, said, more in _outcomes(line):
        _variable(test, name, base, said, **more)
    if marked is not None and line.outcome != "violation":
        mark, bank, ended = marked
        for place, one in enumerate(mark.items, start=1):
            _item(root, place, one, bank.items[one.item], ended)
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return made


def _outcomes(line: Line) -> Iterator[tuple[str, str, str | None, dict[str, str]]]:
    yield "RESULT", "identifier", line.outcome, {}
    yield "PASSED", "boolean", "true" if line.outcome == "passed" else "false", {}
    for one in line.components:
        name = one.name.upper()
        human = {} if one.name == "theory" else {"external-scored": "human"}
        more = {"normalMaximum": str(one.of), "masteryValue": str(one.needed)} | human
        marks = None if one.marks is None else str(one.marks)
        yield f"{name}_SCORE", "float", marks, more
        yield f"{name}_STATE", "identifier", one.state, {}


def _item(root: Any, place: int, mark: ItemMark, item: Item, ended: int) -> None:
    found = _add(
        root,
        "itemResult",
        identifier=_named("i", item.id),
        sequenceIndex=str(place),
        datestamp=_when(ended),
        sessionStatus="final",
    )
    response = _add(
        found,
        "responseVariable",
        identifier="RESPONSE",
        cardinality=_CARDINALITY.get(item.choice, "single"),
        baseType=_BASE.get(item.choice, "identifier"),
    )
    held = _add(response, "candidateResponse")
    for value in values(item, mark.response):
        _add(held, "value").text = _UNWRITABLE.sub("", value)
    _variable(found, "SCORE", "float", str(mark.marks), normalMaximum=str(mark.of))
    _variable(found, "MAXSCORE", "float", str(mark.of))


def values(item: Item, response: tuple[str, ...] | None) -> list[str]:
    """A response as QTI's values: options by their letters, pairs as `r1 b`, an order by place."""
    taken_ = list(response or ())
    if item.choice == "match":
        return [f"r{pair[:-1]} {pair[-1]}" for pair in sorted(taken_)]
    if item.choice == "order":
        return [pair[-1] for pair in sorted(taken_, key=lambda pair: int(pair[:-1]))]
    return taken_


def _variable(parent: Any, name: str, base: str, value: str | None, **more: str) -> None:
    one = _add(
        parent, "outcomeVariable", identifier=name, cardinality="single", baseType=base, **more
    )
    if value is not None:
        _add(one, "value").text = value


def _add(parent: Any, name: str, **attributes: Any) -> Any:
    return etree.SubElement(parent, f"{{{SPACE}}}{name}", attributes)


def _named(kind: str, name: str) -> str:
    """An identifier as XML allows it: it begins with a letter; other characters by number."""
    return f"{kind}-" + _UNNAMED.sub(lambda found: f"_{ord(found[0]):x}_", name)


def _when(ms: int) -> str:
    return datetime.fromtimestamp(ms // 1000, BEIJING).isoformat()
