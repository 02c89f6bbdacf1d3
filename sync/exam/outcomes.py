"""What a candidate reached in a whole certificate, from what was reached in each component. Pure.

Every required component must reach its own mark: nothing makes up for another.
"""

from collections.abc import Mapping

from sync.exam.specification import Component, Specification

# What a component can be besides `passed` and `failed`; ELSEWHERE: not sat in this session, and
# nobody has given marks for it.
ABSENT, VIOLATION, MISSING = "absent", "violation", "missing"
UNSCORED, AWAITING, ELSEWHERE = "unscored", "awaiting", "elsewhere"
# Whoever is in one of these is not settled, however the certificate would end.
OPEN = frozenset({MISSING, UNSCORED, AWAITING})


def by_people(component: Component, sat: str, marks: int | None) -> str:
    """The state of a component that people mark; `sat` is what the journal says of it."""
    if sat not in (AWAITING, ELSEWHERE):
        return sat
    if marks is None:
        return sat
    return "passed" if marks >= component.pass_mark else "failed"


def outcome(specification: Specification, reached: Mapping[str, str]) -> str:
    """passed, failed, absent, violation, missing, unscored, awaiting or awaiting-theory.

    `reached` is component → state; a component that is not in it was sat elsewhere. Absent is who
    sat nothing that was held here; who sat one component and missed another has failed.
    """
    states = {c.name: reached.get(c.name, ELSEWHERE) for c in specification.components}
    found = set(states.values())
    for first in (VIOLATION, MISSING, UNSCORED):
        if first in found:
            return first
    if found <= {ABSENT, ELSEWHERE} and ABSENT in found:
        return ABSENT
    if found & {"failed", ABSENT}:
        return "failed"
    lacking = {name for name, state in states.items() if state != "passed"}
    if not lacking:
        return "passed"
    return "awaiting-theory" if lacking == {"theory"} else AWAITING


def open_components(specification: Specification, reached: Mapping[str, str]) -> tuple[str, ...]:
    """The components that keep a candidate's result from being final; none after a violation.

    A component of another day keeps it open only while it could still decide.
    """
    whole = outcome(specification, reached)
    if whole == VIOLATION:
        return ()
    undecided = whole in (AWAITING, "awaiting-theory")
    states = ((c.name, reached.get(c.name, ELSEWHERE)) for c in specification.components)
    return tuple(
        name for name, state in states if state in OPEN or (undecided and state == ELSEWHERE)
    )
