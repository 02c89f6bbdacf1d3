"""The fault drill: the page that leads through it, and what check pages ask while it is on."""

from typing import Any

import msgspec
from flask import Blueprint, render_template, request

from siteapp.errors import EntryRefused, RequestRefused
from siteapp.readiness.drill import Proof, proofs
from siteapp.readiness.drill_room import Told
from siteapp.readiness.drill_state import StepState
from siteapp.readiness.drill_words import PHASE_WORDS, STEP_WORDS
from siteapp.staff import LEADERS
from siteapp.web.guard import ROOM, json_body, member, role, site
from siteapp.web.times import china_time
from sync.readiness.rehearsal_words import PROOFS, STEPS
from sync.words import Words

drill = Blueprint("drill", __name__)
MOST_TOLD_MS = 600_000
MAX_NUMBER = 10**9
MAX_REASON = 200


@drill.get("/admin/drill")
@role(*LEADERS)
def drill_page() -> str:
    """The page; it asks for the state by itself."""
    return render_template("administrator-drill.html")


@drill.get("/api/drill")
@role(*LEADERS)
def drill_state() -> dict[str, Any]:
    """All steps, the running one with its proofs as they are now, and the pages that take part."""
    return _state()


def _state() -> dict[str, Any]:
    the, state = site().drill, site().drill.state
    running, live = state.running, the.invitation() is not None
    facts = the.facts() if live else None
    seen = {running: proofs(running, facts)} if running and facts else {}
    pages = facts.pages if facts else ()
    return {
        "on": live,
        "running": running,
        "wanted": state.wanted,
        "pages": [
            {
                "seat": one.seat,
                "quiet_ms": facts.now - one.heard if facts else 0,
                "made": one.made,
                "acknowledged": one.acknowledged,
                "found": one.found,
            }
            for one in pages
        ],
        "steps": [_shown(one, seen.get(one.step, one.proofs)) for one in state.steps],
    }


def _shown(one: StepState, seen: tuple[Proof, ...]) -> dict[str, Any]:
    words = STEP_WORDS[one.step]
    return {
        "step": one.step,
        "phase": one.phase,
        "phase_said": _pair(PHASE_WORDS[one.phase]),
        "title": _pair(STEPS[one.step]),
        "do": [_pair(line) for line in words.do],
        "shows": _pair(words.shows),
        "time": china_time(one.at) if one.at else "",
        "by": one.by,
        "reason": one.reason,
        "broken": one.broken,
        "pages": one.pages,
        "answers": one.answers,
        "middle_ms": one.middle_ms,
        "slow_ms": one.slow_ms,
        "proofs": [
            msgspec.to_builtins(proof) | {"title": _pair(PROOFS[proof.code])} for proof in seen
        ],
    }


def _pair(words: Words) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}


@drill.post("/api/drill/start")
@role(*LEADERS)
def start_drill() -> dict[str, Any]:
    """Begin a drill: open check pages join by themselves."""
    site().drill.start()
    site().staff.audit(member().name, "drill", "+")
    return _state()


@drill.post("/api/drill/finish")
@role(*LEADERS)
def finish_drill() -> dict[str, Any]:
    """End the drill; what its steps showed stays."""
    site().drill.finish()
    site().staff.audit(member().name, "drill", "-")
    return _state()


@drill.post("/api/drill/steps/<step>/begin")
@role(*LEADERS)
def begin_step(step: str) -> dict[str, Any]:
    """Begin a step, or do it again."""
    site().drill.begin(step, member().name)
    site().staff.audit(member().name, "drill-step", step)
    return _state()


@drill.post("/api/drill/steps/<step>/end")
@role(*LEADERS)
def end_step(step: str) -> dict[str, Any]:
    """Give a running step up; it is judged as it stands."""
    site().drill.end(step)
    return _state()


@drill.post("/api/drill/steps/<step>/skip")
@role(*LEADERS)
def skip_step(step: str) -> dict[str, Any]:
    """Leave a step out, with a reason; it does not become green."""
    reason = json_body(reason=str)["reason"].strip()
    if not 0 < len(reason) <= MAX_REASON:
        raise EntryRefused(
            reason=Words(f"“原因”须有 1–{MAX_REASON} 字", f"reason: 1 to {MAX_REASON} characters")
        )
    site().drill.skip(step, reason, member().name)
    site().staff.audit(member().name, "drill-skip", f"{step}: {reason}")
    return _state()


@drill.post("/api/drill/join")
@role(ROOM)
def join() -> dict[str, Any]:
    """A machine's page takes part; its token and what to do."""
    given = json_body(seat=int, instance=str)
    site().readiness.ask(request.remote_addr or "", site().live.clock.now())
    if not given["instance"].isalnum() or len(given["instance"]) > 32:
        raise RequestRefused(reason="instance")
    token = site().drill.join(given["seat"], given["instance"])
    return {"token": token, "orders": site().drill.orders()}


@drill.post("/api/drill/told")
@role(ROOM)
def told() -> dict[str, Any]:
    """What a page measured so far, and what it shall do now."""
    site().readiness.ask(request.remote_addr or "", site().live.clock.now())
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return site().drill.tell(token, _read(request.get_data()))


def _read(data: bytes) -> Told:
    try:
        said = msgspec.json.decode(data, type=Told)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RequestRefused(reason=str(error)[:120]) from None
    counts = (said.part, said.made, said.acknowledged, said.waited, said.paced, said.burst)
    if not all(0 <= one <= MAX_NUMBER for one in counts):
        raise RequestRefused(reason="numbers")
    if not all(0 <= one <= MOST_TOLD_MS for one in said.times):
        raise RequestRefused(reason="times")
    return said
