"""What people would rather look at than read, as SVG: round trips; a room by its speed. Pure."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from sync.svg import BAD, BAR, INK, LINE, OVER, QUIET, bar, line, picture, text
from sync.wire.readiness import TRIP_EDGES, CheckedMachine, Place, Room

NONE, SHADES = "#f4f6f8", ("#fdd9d6", "#ffe9b8", "#e6f2c8", "#c3e6cd")
# One group of the distribution, and one seat of a room.
GROUP, HEIGHT, BASE = 60, 190, 150
WIDE, HIGH, GAP = 46, 36, 4


def trips_plot(trips: Sequence[int], limit: int | None, about: str) -> Markup:
    """How many round trips lie in each group; what is over the limit stands beyond a line."""
    most = max(1, *trips)
    names = [f"≤ {edge}" for edge in TRIP_EDGES] + [f"> {TRIP_EDGES[-1]}"]
    lows = (0, *TRIP_EDGES)
    made = [
        _bar(n, count, most, names[n], limit is not None and lows[n] >= limit)
        for n, count in enumerate(trips)
    ]
    if limit is not None:
        made.append(_edge(limit))
    width = GROUP * len(trips)
    made.append(line(f"M0 {BASE}H{width}", QUIET))
    return picture(width, HEIGHT, about, made)


def _bar(n: int, count: int, most: int, name: str, over: bool) -> Markup:
    height = count / most * (BASE - 30)
    middle = n * GROUP + GROUP // 2
    drawn = bar(n * GROUP + 4, BASE - height, GROUP - 8, height, OVER if over else BAR)
    much = text(middle, BASE - height - 6, str(count) if count else "", INK, "middle")
    return drawn + much + text(middle, BASE + 18, name, QUIET, "middle")


def _edge(limit: int) -> Markup:
    """The threshold, where it lies within its group."""
    lows = (0, *TRIP_EDGES)
    group = max(n for n, low in enumerate(lows) if low < limit) if limit > 0 else 0
    high = TRIP_EDGES[group] if group < len(TRIP_EDGES) else limit * 2
    at = (group + (limit - lows[group]) / (high - lows[group])) * GROUP
    return line(f"M{at:.1f} 4V{BASE}", BAD, dashed=True) + text(
        at + 5, 14, f"{limit} ms", BAD, "start"
    )


def heat_map(room: Room, machines: Mapping[int, CheckedMachine], limit: int, about: str) -> Markup:
    """The room as it stands, each seat by its machine's speed; the blackboard is above."""
    made = [_seat(place, machines, limit) for place in room.places]
    columns = max((place.column for place in room.places), default=1)
    rows = max((place.row for place in room.places), default=1)
    return picture(columns * (WIDE + GAP) + GAP, rows * (HIGH + GAP) + GAP, about, made)


def _seat(place: Place, machines: Mapping[int, CheckedMachine], limit: int) -> Markup:
    machine = machines.get(place.seat)
    kbit = machine.down_kbit if machine else None
    x = GAP + (place.column - 1) * (WIDE + GAP)
    y = GAP + (place.row - 1) * (HIGH + GAP)
    failed = machine is not None and machine.level == "fail"
    frame = Markup(
        '<rect x="{}" y="{}" width="{}" height="{}" rx="4" fill="{}" stroke="{}"'
        ' stroke-width="{}"{}/>'
    ).format(
        x, y, WIDE, HIGH, shade(kbit, limit), BAD if failed else LINE, 2.5 if failed else 1,
        Markup(' stroke-dasharray="4 3"') if place.spare else "",
    )  # fmt: skip
    number = text(x + 5, y + 15, str(place.seat), INK, "start", True)
    speed = "—" if kbit is None else _megabits(kbit)
    return frame + number + text(x + WIDE - 5, y + 31, speed, INK, "end")


def shade(kbit: int | None, limit: int) -> str:
    """The colour of a speed: below a quarter of the limit, below it, up to five times it, above."""
    if kbit is None:
        return NONE
    return SHADES[(kbit * 4 >= limit) + (kbit >= limit) + (kbit >= 5 * limit)]


def _megabits(kbit: int) -> str:
    return f"{kbit / 1000:.0f}" if kbit >= 10_000 else f"{kbit / 1000:.1f}"
