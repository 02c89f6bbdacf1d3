"""What a session's results are at this moment: the final ones as lines, and who is held back."""

from collections.abc import Mapping

from sync.exam.outcomes import ELSEWHERE, open_components, outcome
from sync.exam.sitting import CandidatePlan
from sync.exam.specification import Specification, Struct
from sync.headquarters.marking.results import Known
from sync.headquarters.planning.sessions import published_plan, show_session
from sync.headquarters.register.sites import show_site
from sync.headquarters.released.lists import Line, Reached, ResultList
from sync.headquarters.store.folder import Headquarters
from sync.words import Words


class Held(Struct, frozen=True):
    """A result that is not final: which components it waits for."""

    line: Line
    open: tuple[str, ...]


class Gathered(Struct, frozen=True):
    """The list that could be released now, and what it leaves out."""

    list: ResultList
    held: tuple[Held, ...]


def gather(headquarters: Headquarters, session: str, release: int) -> Gathered:
    """From what was scored and marked up to now; NotReady before the session was published."""
    plan = published_plan(headquarters, session)
    row, known = show_session(headquarters, session), Known(headquarters, session)
    rules = {sitting.specification.code: sitting.specification for sitting in known.sittings}
    lines: list[Line] = []
    held: list[Held] = []
    for code, specification in sorted(rules.items()):
        for candidate in sorted(plan.candidates, key=lambda one: one.admission):
            if not known.of(code, candidate):
                continue
            reached = known.reached(specification, candidate)
            line = _line(known, specification, candidate, reached)
            if waits := open_components(specification, reached):
                held.append(Held(line, waits))
            else:
                lines.append(line)
    made = ResultList(
        session=session,
        release=release,
        name=row.name,
        site=row.site,
        site_name=show_site(headquarters, row.site).name,
        starts_at=row.starts_at,
        lines=tuple(lines),
    )
    return Gathered(made, tuple(held))


def _line(
    known: Known,
    rules: Specification,
    candidate: CandidatePlan,
    reached: Mapping[str, str],
) -> Line:
    given = {
        row.plan.component: known.own(row, candidate.admission).marks
        for row in known.of(rules.code, candidate)
    }
    given["practical"] = known.practical(rules.code, candidate)
    given["review"] = known.review(rules.code, candidate)
    whole = outcome(rules, reached)
    return Line(
        admission=candidate.admission,
        name=candidate.name,
        identity=candidate.identity,
        sex=candidate.sex,
        school=candidate.school,
        specification=rules.code,
        certificate=rules.name,
        level=_level(rules),
        edition=rules.edition,
        components=tuple(
            Reached(
                name=one.name,
                title=one.title,
                state=reached.get(one.name, ELSEWHERE),
                # Who broke the rules has no marks, in no paper of that certificate.
                marks=None if whole == "violation" else given.get(one.name),
                of=one.full_mark,
                needed=one.pass_mark,
            )
            for one in rules.components
        ),
        outcome=whole,
    )


def _level(rules: Specification) -> Words:
    """The level, with the job where the certificate has several."""
    if rules.job is None:
        return rules.level
    return Words(f"{rules.job.zh} {rules.level.zh}", f"{rules.job.en} {rules.level.en}")
