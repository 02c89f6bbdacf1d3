"""A candidate's run through one sitting: its phases, its responses, its deadline. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from siteapp.conduct.received import Received, Spent, content
from siteapp.conduct.spans import Span, from_text, merged, without
from sync.exam.journal import Answers, Event, Standing

Phase = Literal["expected", "signed-in", "confirmed", "started", "handed-in"]

# (phase, event kind) → phase. Events that are not here leave the phase as it is.
TRANSITIONS: Mapping[tuple[Phase, str], Phase] = {
    ("expected", "sign-in"): "signed-in",
    ("signed-in", "confirm"): "confirmed",
    ("confirmed", "start"): "started",
    # By two people, out of a copy, where this server lost all that came before.
    ("expected", "start"): "started",
    ("signed-in", "start"): "started",
    ("started", "hand-in"): "handed-in",
    # Two people took it back.
    ("handed-in", "reopen"): "started",
    # A rehearsal or practice is taken once more.
    ("handed-in", "again"): "expected",
}


# The category of an incident that holds automatic collection until a person decides.
OUTAGE = "outage"
# Why a save out of a rescue file is evidence: a person has not decided about it yet.
RESCUE = "rescue"
# Why a save was kept as evidence that two people may still count.
LATE = ("time-is-up", "already-handed-in", "part-closed")
# The category of an incident by which a person confirms that a blank paper is meant so.
BLANK = "blank"
# An incident of this category lets a candidate use any browser.
ANY_BROWSER = "any-browser"
# A clock that is not paused.
RUNS = -1


# A paused clock ends nothing: its deadline lies further than any sitting.
NEVER_MS = 10 * 365 * 86_400_000


@dataclass
class Attempt:
    """Present state, derived from events; `extra_ms` is the arrangement granted in advance.

    `received` are the saves that were taken, `evidence` those that were kept without counting: a
    page may ask for these again, and gets them taken when what was in the way is gone. `late` are
    those of them that came too late and wait for two people. `held`: the clock does not collect
    this one before a person has decided about an outage. Of the site's clock: `silences` in which
    nothing was heard of the page, `worked` in which the page says it was usable all the same,
    `decided` what a person gave back or did not.
    """

    id: str
    sitting: str
    admission: str
    seat: int
    extra_ms: int = 0
    # How often it was taken before: nothing of those runs is here.
    runs: int = 0
    # How long each part of the paper lasts, where they have times of their own; the one that is
    # open, and when each of those before it ended.
    part_ms: tuple[int, ...] = ()
    part: int = 0
    part_ends: tuple[int, ...] = ()
    # Where the site's clock stood when this one was paused; RUNS while it is not.
    paused_ms: int = RUNS
    # When the rest that it stands still for is over; RUNS if it does for another reason.
    rest_until_ms: int = RUNS
    # Approved rests that were taken; how much rest people gave of their own.
    rests: int = 0
    rest_by_hand_ms: int = 0
    # What the page said of itself: how often it was left, and so on.
    noticed: dict[str, int] = field(default_factory=dict)
    noticed_events: int = 0
    # How often the chief noted a violation.
    violations: int = 0
    # An invigilator compared the face; a late-comer was let in.
    checked: bool = False
    admitted: bool = False
    # Somebody has looked at this blank paper and found it right.
    blank_confirmed: bool = False
    # Let in without Safe Exam Browser, where the sitting asks for it.
    any_browser: bool = False
    # Of the time granted what people gave of their own, not out of a measured loss.
    by_hand_ms: int = 0
    phase: Phase = "expected"
    seat_term: int = 1
    form: str = ""
    started_ms: int = 0
    allowance_ms: int = 0
    granted_ms: int = 0
    answers: Answers = field(default_factory=Answers)
    received: dict[str, Received] = field(default_factory=dict)
    evidence: dict[str, Received] = field(default_factory=dict)
    spent: Spent = field(default_factory=Spent)
    spent_on_evidence: Spent = field(default_factory=Spent)
    files: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    late_files: list[dict[str, Any]] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    messages: list[dict[str, str]] = field(default_factory=list)
    # Since when the candidate's hand is up, on the site's clock; below 0 it is not.
    hand_ms: int = -1
    absent: bool = False
    held: bool = False
    silences: list[Span] = field(default_factory=list)
    worked: list[Span] = field(default_factory=list)
    decided: list[Span] = field(default_factory=list)
    late: set[tuple[str, int]] = field(default_factory=set)
    # Whole files that came too late and wait for two people.
    late_waiting: set[tuple[str, int]] = field(default_factory=set)
    receipt: str = ""
    how: str = ""
    # The site's wall clock at the hand-in: a break is counted from it, no time that is worked in.
    ended_at: int = 0
    # instance → the seat term that it signed in under.
    terms: dict[str, int] = field(default_factory=dict)
    # (instance, sequence) → evidence out of a rescue file that nobody has applied.
    rescued: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    # What two people decided not to apply.
    turned_down: set[tuple[str, int]] = field(default_factory=set)
    # The form that a copy of it says, if the copy came to a server that has not seen it started.
    copied_form: str = ""
    last_seq: int = -1

    def copy(self) -> "Attempt":
        """The same state, which goes on by itself: nothing that changes is in both."""
        state = self.__dict__.copy()
        for name in CONTAINERS:
            state[name] = state[name].copy()
        for name in ("received", "evidence"):
            state[name] = {instance: one.copy() for instance, one in state[name].items()}
        other = object.__new__(Attempt)
        other.__dict__.update(state)
        return other

    def become(self, other: "Attempt") -> None:
        """Be what `other` is, which is not used any more; who holds this one goes on holding it."""
        self.__dict__.update(other.__dict__)

    @property
    def paused(self) -> bool:
        """True while the clock of this attempt stands still."""
        return self.paused_ms != RUNS and self.phase == "started"

    @property
    def resting(self) -> bool:
        """True in a rest, which ends by itself."""
        return self.paused and self.rest_until_ms != RUNS

    @property
    def deadline_ms(self) -> int:
        """When the site's clock ends this attempt: start + allowance + grants; not in a pause."""
        return self._end_ms() + (NEVER_MS if self.paused else 0)

    def _end_ms(self) -> int:
        return self.started_ms + self.allowance_ms + self.granted_ms

    def remaining_ms(self, now: int) -> int:
        """What is left; in a pause it stays the same."""
        at = self.paused_ms if self.paused else now
        return max(0, self._end_ms() - at)

    @property
    def responses(self) -> dict[str, Standing]:
        """item → the response that counts."""
        return self.answers.standing

    def unaccounted(self, silences: Sequence[Span]) -> list[Span]:
        """What of these silences neither the page nor a person has accounted for."""
        return without(silences, merged([*self.worked, *self.decided]))

    def lost(self) -> list[Span]:
        """Time without a usable page that nobody has decided about."""
        return self.unaccounted(list(self.silences))

    def highest(self, instance: str) -> int:
        """The greatest sequence number of a client instance that was ever kept."""
        kept = (self.received.get(instance), self.evidence.get(instance))
        return max((one.highest for one in kept if one), default=0)

    def answered(self) -> int:
        """Items with a response that is not empty."""
        # A copy: requests read this while the writer's thread adds to it.
        return sum(1 for s in list(self.responses.values()) if s.response not in ([], "", None))

    def final_responses(self) -> dict[str, Any]:
        """item → response, as they count now."""
        return {item: standing.response for item, standing in list(self.responses.items())}

    def apply(self, event: Event) -> None:
        """Take one event of this attempt into the state."""
        self.phase = TRANSITIONS.get((self.phase, event.kind), self.phase)
        self.last_seq = event.seq
        if event.kind == "hand-in":
            self.ended_at = event.at
        handler = getattr(self, "_on_" + event.kind.replace("-", "_"), None)
        if handler:
            handler(event.body)

    def _on_sign_in(self, body: dict[str, Any]) -> None:
        self.answers.signed_in(body["instance"])
        self.terms[body["instance"]] = body["seat_term"]
        self.absent = False

    def _on_absent(self, body: dict[str, Any]) -> None:
        self.absent = True

    def _on_start(self, body: dict[str, Any]) -> None:
        self.started_ms, self.allowance_ms = body["clock_ms"], body["allowance_ms"]
        self.form = body["form"]

    def _on_response(self, body: dict[str, Any]) -> None:
        self.spent.add(body)
        what = content(body["item"], body["response"])
        self.received.setdefault(body["instance"], Received()).add(body["sequence"], what)
        self.rescued.pop((body["instance"], body["sequence"]), None)
        self.answers.take(body)
        self.late.discard((body["instance"], body["sequence"]))

    def _on_evidence(self, body: dict[str, Any]) -> None:
        if body["why"] in LATE:
            self.late.add((body["instance"], body["sequence"]))
        self.spent_on_evidence.add(body)
        self.evidence.setdefault(body["instance"], Received()).add(body["sequence"])
        if body["why"] == RESCUE:
            self.rescued[body["instance"], body["sequence"]] = body

    def _on_rescue(self, body: dict[str, Any]) -> None:
        self.receipt = body["receipt"] or self.receipt
        self.rescued.clear()

    def _on_rescue_refused(self, body: dict[str, Any]) -> None:
        self.turned_down.update(self.rescued)
        self.rescued.clear()

    def _on_copy(self, body: dict[str, Any]) -> None:
        self.copied_form = body["form"]

    def _on_file(self, body: dict[str, Any]) -> None:
        self.files[body["instance"], body["sequence"]] = body
        self.answers.take_file(body)
        self.late_waiting.discard((body["instance"], body["sequence"]))

    def _on_file_evidence(self, body: dict[str, Any]) -> None:
        self.late_files.append(body)
        if body["why"] in LATE and body["held"] == body["size"]:
            self.late_waiting.add((body["instance"], body["sequence"]))

    def _on_flag(self, body: dict[str, Any]) -> None:
        self.spent.add(body)
        (self.flags.add if body["flagged"] else self.flags.discard)(body["item"])

    def _on_hand(self, body: dict[str, Any]) -> None:
        self.spent.add(body)
        self.hand_ms = body["clock_ms"] if body["raised"] else -1

    def _on_extension(self, body: dict[str, Any]) -> None:
        self.granted_ms += body["ms"]
        self.by_hand_ms += 0 if body["lost"] else body["ms"]
        self.decided += [from_text(one) for one in body["lost"]]
        self.held = False

    def _on_noticed(self, body: dict[str, Any]) -> None:
        self.noticed_events += 1
        self.noticed[body["what"]] = self.noticed.get(body["what"], 0) + body["count"]

    def _on_violation(self, body: dict[str, Any]) -> None:
        self.violations += 1

    def _on_part(self, body: dict[str, Any]) -> None:
        self.part, self.part_ends = body["part"], (*self.part_ends, body["clock_ms"])

    def _on_again(self, body: dict[str, Any]) -> None:
        anew = Attempt(self.id, self.sitting, self.admission, self.seat, self.extra_ms)
        anew.part_ms, anew.seat_term, anew.runs = self.part_ms, body["seat_term"], self.runs + 1
        anew.checked, anew.admitted, anew.last_seq = self.checked, self.admitted, self.last_seq
        anew.any_browser = self.any_browser
        self.become(anew)

    def _on_check_in(self, body: dict[str, Any]) -> None:
        self.checked = True

    def _on_admit(self, body: dict[str, Any]) -> None:
        self.admitted = True

    def _on_pause(self, body: dict[str, Any]) -> None:
        self.paused_ms = body["clock_ms"]

    def _on_rest(self, body: dict[str, Any]) -> None:
        self.paused_ms, self.rest_until_ms = body["clock_ms"], body["clock_ms"] + body["ms"]
        self.rests += body["approved"]
        self.rest_by_hand_ms += 0 if body["approved"] else body["ms"]

    def _on_resume(self, body: dict[str, Any]) -> None:
        if self.paused_ms == RUNS:
            return
        # What was not heard meanwhile was nobody's working time.
        stood = Span(self.paused_ms, max(self.paused_ms, body["clock_ms"]))
        self.granted_ms += stood.ms
        self.decided.append(stood)
        self.paused_ms = self.rest_until_ms = RUNS

    def _on_silence(self, body: dict[str, Any]) -> None:
        self.silences.append(Span(body["from_ms"], body["to_ms"]))

    def _on_page_worked(self, body: dict[str, Any]) -> None:
        self.worked.append(Span(body["from_ms"], body["to_ms"]))
        if not self.lost():
            # The page worked through all of it: there is nothing to decide.
            self.held = False

    def _on_late_decision(self, body: dict[str, Any]) -> None:
        self.late.clear()
        self.late_waiting.clear()

    def _on_incident(self, body: dict[str, Any]) -> None:
        if body["category"] == OUTAGE and self.phase == "started":
            self.held = True
        if body["category"] == BLANK:
            self.blank_confirmed = True
        if body["category"] == ANY_BROWSER:
            self.any_browser = True

    def _on_move(self, body: dict[str, Any]) -> None:
        self.seat, self.seat_term = body["to"], body["seat_term"]

    def _on_message(self, body: dict[str, Any]) -> None:
        self.messages.append(
            {"id": str(len(self.messages) + 1), "zh": body["zh"], "en": body["en"]}
        )

    def _on_hand_in(self, body: dict[str, Any]) -> None:
        self.receipt, self.how = body["receipt"], body["how"]
        self.paused_ms = self.rest_until_ms = RUNS

    def _on_reopen(self, body: dict[str, Any]) -> None:
        self.blank_confirmed = False
        self.receipt, self.how = "", ""
        self.granted_ms += body["ms"]


# The members that change in place; the others are replaced, so a copy may share them.
CONTAINERS = tuple(
    name
    for name, value in vars(Attempt("", "", "", 0)).items()
    if not isinstance(value, str | int | tuple)
)
