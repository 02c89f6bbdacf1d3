"""How far a session's results have come: marked → reconciled → proposed → released → exported."""

from typing import Literal

from sync.exam.specification import Struct
from sync.headquarters.marking.scoring import saved_reconciliation
from sync.headquarters.released.acts import hindrance, next_list
from sync.headquarters.released.gathering import Gathered
from sync.headquarters.released.lists import Difference, differences
from sync.headquarters.released.reading import Proposed, all_lists, latest_of
from sync.headquarters.released.taking import WHAT, Taken, list_taken
from sync.headquarters.store.folder import Headquarters
from sync.moments import moment
from sync.words import Words

State = Literal["done", "now", "later"]


class Step(Struct, frozen=True):
    """One step: what it is called, how far it is, and what there is to say."""

    title: Words
    state: State
    said: Words


class Story(Struct, frozen=True):
    """All that the page of a session's results shows.

    `changed` is what differs now from the last release, `proposed` what the waiting list has
    otherwise.
    """

    steps: tuple[Step, ...]
    hindrance: Words | None
    now: Gathered
    waiting: Proposed | None
    last: Proposed | None
    changed: tuple[Difference, ...]
    proposed: tuple[Difference, ...]
    lists: tuple[Proposed, ...]
    taken: tuple[Taken, ...]


def story(headquarters: Headquarters, session: str) -> Story:
    """As of now; NotReady before the session was published."""
    lists, now = all_lists(headquarters, session), next_list(headquarters, session)
    last = latest_of(lists)
    waiting = next((one for one in lists if one.said is None), None)
    taken = tuple(list_taken(headquarters, session))
    before = last.list.lines if last else ()
    steps = (
        _marked(now),
        _reconciled(headquarters, session),
        _proposed(waiting, last),
        _released(waiting, last),
        _exported(taken, last),
    )
    return Story(
        steps=steps,
        hindrance=hindrance(headquarters, session),
        now=now,
        waiting=waiting,
        last=last,
        changed=tuple(differences(before, now.list.lines)),
        proposed=tuple(differences(before, waiting.list.lines)) if waiting else (),
        lists=tuple(reversed(lists)),
        taken=taken,
    )


def _marked(now: Gathered) -> Step:
    final, held = len(now.list.lines), len(now.held)
    said = Words(f"{final} 人已定", f"{final} final")
    if held:
        said = Words(f"{said.zh}，{held} 人未定", f"{said.en}, {held} open")
    return Step(Words("评分", "Marked"), "now" if held else "done", said)


def _reconciled(headquarters: Headquarters, session: str) -> Step:
    title = Words("核对", "Reconciled")
    found = saved_reconciliation(headquarters, session)
    if found is None:
        return Step(title, "later", Words("尚未收到数据", "nothing has come in"))
    if found.lacking:
        return Step(title, "now", found.lacking)
    if not found.agreed:
        return Step(title, "now", Words("有差异，请查看名单", "differs: look at the names"))
    said = Words("各步无差异", "everyone accounted for")
    if late := sum(len(one.evidence) for one in found.sittings):
        # Whether these count is decided at the site; who releases must have seen that there are.
        said = Words(
            f"{said.zh}；{late} 人有迟到的作答，见场次页",
            f"{said.en}; late answers of {late}, see the session",
        )
    return Step(title, "done", said)


def _proposed(waiting: Proposed | None, last: Proposed | None) -> Step:
    title = Words("提出", "Proposed")
    found = waiting or last
    if found is None:
        return Step(title, "later", Words("尚未提出", "not yet"))
    said = Words(f"{found.who}，{moment(found.at)}", f"{found.who}, {moment(found.at)}")
    return Step(title, "done", said)


def _released(waiting: Proposed | None, last: Proposed | None) -> Step:
    title = Words("发布", "Released")
    if waiting:
        said = Words(
            f"第 {waiting.release} 次，待另一人发布", f"number {waiting.release} waits for another"
        )
        return Step(title, "now", said)
    if last is None or last.said is None:
        return Step(title, "later", Words("暂定，未发布", "provisional"))
    by = f"{last.said.who} {moment(last.said.at)}"
    return Step(title, "done", Words(f"第 {last.release} 次，{by}", f"number {last.release}, {by}"))


def _exported(taken: tuple[Taken, ...], last: Proposed | None) -> Step:
    title = Words("导出", "Exported")
    own = [one for one in taken if last and one.release == last.release]
    if not own:
        return Step(title, "later", Words("尚未导出", "not yet"))
    what = WHAT[own[0].what]
    at = moment(own[0].at)
    return Step(title, "done", Words(f"{what.zh}，{at}", f"{what.en}, {at}"))
