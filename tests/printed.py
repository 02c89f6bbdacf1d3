"""A session on paper: a plan of so many candidates, a journal of a day, what papers are made of."""

import functools

import world
from msgspec.structs import replace

from siteapp.forms.gather import Facts, Head, Sent
from siteapp.rooms.plan import Cell, RoomGrid, RoomPlan
from siteapp.store.printed import Parcel
from sync.exam.journal import Event
from sync.exam.short_head import write_short
from sync.exam.sitting import SessionPlan
from sync.words import Words

RARE = "㛃䶮𠮷𬭚"
# Names as they come: rare characters, long ones, and one that would like to be a page.
NAMES = (RARE, "阿卜杜拉·买买提江·艾则孜", "<script>alert(1)</script>", "欧阳明月")
AT = 1_795_221_000_000
MINUTE = 60_000


@functools.cache
def plan_of(count: int) -> SessionPlan:
    """Half of them sit one paper, half the other."""
    banks = {one.code: world.make_bank(one) for one in (world.LIVE, world.MEDIA)}
    sittings, _ = world.drawn("am-1121", banks, 0, "a")
    half = count // 2
    people = world.candidates("live", 1, half) + world.candidates("media", half + 1, count - half)
    named = [replace(one, name=name) for one, name in zip(people, NAMES, strict=False)]
    return SessionPlan(
        id="am-1121",
        site="site-01",
        name=Words("上午场", "Morning session"),
        kind="examination",
        starts_at="2026-11-21T08:30:00+08:00",
        room="第一机房",
        sittings=sittings,
        candidates=(*named, *people[len(named) :]),
    )


def room(name: str, first: int, seats: int, columns: int = 8) -> RoomGrid:
    """A room of rows with an aisle in the middle, and one spare machine at the end."""
    cells = []
    for place in range(seats + 1):
        row, column = divmod(place, columns)
        spare = place == seats
        at = column + 1 + (column >= columns // 2)
        cells.append(
            Cell(
                row + 1, at, "spare" if spare else "seat", 9000 + first if spare else first + place
            )
        )
    return RoomGrid(name, seats // columns + 1, columns + 1, tuple(cells))


class Day:
    """Events of a journal, a minute apart."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def note(self, kind: str, later: bool = True, **body: object) -> "Day":
        """The next one; `later=False`: in the same second as the one before."""
        at = self.events[-1].at + MINUTE * later if self.events else AT
        self.events.append(Event(len(self.events), at, kind, body))
        return self


def day(plan: SessionPlan) -> Day:
    """One candidate writes and is moved and caught, one stays away; a power cut; all is closed."""
    one, other = (f"live/{c.admission}" for c in plan.candidates[:2])
    found = Day()
    found.note("import", package="p").note("unlock", package="p", way="codes")
    found.note("open", sitting="live", by="王丽")
    found.note("sign-in", attempt=one, seat=1, seat_term=1, instance="i").note(
        "confirm", attempt=one
    )
    found.note("start", attempt=one, allowance_ms=3_600_000, clock_ms=0, form="f")
    found.note("incident", attempt=one, category="machine", note="键盘失灵 <b>", by="李伟")
    move = {"from": 1, "to": 9001, "seat_term": 2}
    found.note("move", attempt=one, reason="机器故障", by="李伟", **move)
    for number, candidate in enumerate(plan.candidates[:3]):
        given = {"ms": 5 * MINUTE, "lost": [], "reason": "停电", "by": "王丽"}
        attempt = f"{candidate.sittings[0]}/{candidate.admission}"
        found.note("extension", number == 0, attempt=attempt, **given)
    found.note("violation", attempt=one, note="携带手机", by="王丽")
    found.note("absent", attempt=other, by="李伟")
    found.note("hand-in", attempt=one, how="forced", receipt="r", answered=0, of=65)
    found.note("close", sitting="live", by="王丽", attempts=2, handed_in=1)
    return found.note("close", sitting="media", by="王丽", attempts=2, handed_in=0)


def facts_of(plan: SessionPlan, rooms: RoomPlan | None = None, batches: int = 3) -> Facts:
    """All that any paper asks for."""
    origin, root = "examsite.journal/site-01/am-1121/1", bytes(range(32))
    note = f"{origin}\n17\n{'A' * 43}=\n\n— site-01 {'B' * 92}\n"
    sent = tuple(
        Sent(Parcel("batch", n, 30, f"{n:02d}" * 32), 70_000 + n, "waiting") for n in range(batches)
    )
    return Facts(
        site="site-01",
        name="示例考点",
        at=AT + 240 * MINUTE,
        plan=plan,
        rooms=rooms or RoomPlan(),
        photo=lambda admission: "",
        events=tuple(day(plan).events),
        head=Head(note, write_short(origin, 17, root), 17),
        sent=sent,
    )
