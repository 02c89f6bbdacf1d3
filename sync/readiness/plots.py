"""What people would rather look at than read, as SVG: round trips; a room by its speed. Pure."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from sync.wire.readiness import TRIP_EDGES, CheckedMachine, Place, Room

INK, QUIET, LINE, BAD = "#1b2733", "#556472", "#b9c3cc", "#b3261e"
BAR, OVER = "#0b5cad", "#c27a00"
NONE, SHADES = "#f4f6f8", ("#fdd9d6", "#ffe9b8", "#e6f2c8", "#c3e6cd")
# One group of the distribution, and one seat of a room.
GROUP, HEIGHT, BASE = 60, 190, 150
WIDE, HIGH, GAP = 46, 36, 4
FACE = "font-family=\"'Noto Sans CJK SC','Microsoft YaHei',sans-serif\""


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
    made.append(
        Markup('<path d="M0 {}H{}" stroke="{}" stroke-width="1"/>').format(BASE, width, QUIET)
    )
    return _svg(width, HEIGHT, about, made)


def _bar(n: int, count: int, most: int, name: str, over: bool) -> Markup:
    height = count / most * (BASE - 30)
    middle = n * GROUP + GROUP // 2
    bar = Markup('<rect x="{}" y="{:.1f}" width="{}" height="{:.1f}" rx="3" fill="{}"/>').format(
        n * GROUP + 4, BASE - height, GROUP - 8, height, OVER if over else BAR
    )
    much = _text(middle, BASE - height - 6, str(count) if count else "", INK, "middle")
    return bar + much + _text(middle, BASE + 18, name, QUIET, "middle")


def _edge(limit: int) -> Markup:
    """The threshold, where it lies within its group."""
    lows = (0, *TRIP_EDGES)
    group = max(n for n, low in enumerate(lows) if low < limit) if limit > 0 else 0
    high = TRIP_EDGES[group] if group < len(TRIP_EDGES) else limit * 2
    at = (group + (limit - lows[group]) / (high - lows[group])) * GROUP
    line = Markup(
        '<path d="M{:.1f} 4V{}" stroke="{}" stroke-width="2" stroke-dasharray="5 4" fill="none"/>'
    ).format(at, BASE, BAD)
    return line + _text(at + 5, 14, f"{limit} ms", BAD, "start")


def heat_map(room: Room, machines: Mapping[int, CheckedMachine], limit: int, about: str) -> Markup:
    """The room as it stands, each seat by its machine's speed; the blackboard is above."""
    made = [_seat(place, machines, limit) for place in room.places]
    columns = max((place.column for place in room.places), default=1)
    rows = max((place.row for place in room.places), default=1)
    return _svg(columns * (WIDE + GAP) + GAP, rows * (HIGH + GAP) + GAP, about, made)


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
    number = _text(x + 5, y + 15, str(place.seat), INK, "start", True)
    speed = "—" if kbit is None else _megabits(kbit)
    return frame + number + _text(x + WIDE - 5, y + 31, speed, INK, "end")


def shade(kbit: int | None, limit: int) -> str:
    """The colour of a speed: below a quarter of the limit, below it, up to five times it, above."""
    if kbit is None:
        return NONE
    return SHADES[(kbit * 4 >= limit) + (kbit >= limit) + (kbit >= 5 * limit)]


def _megabits(kbit: int) -> str:
    return f"{kbit / 1000:.0f}" if kbit >= 10_000 else f"{kbit / 1000:.1f}"


def _text(x: float, y: float, said: str, colour: str, anchor: str, bold: bool = False) -> Markup:
    weight = Markup(' font-weight="700"') if bold else ""
    return Markup('<text x="{:.1f}" y="{:.1f}" fill="{}" text-anchor="{}"{}>{}</text>').format(
        x, y, colour, anchor, weight, said
    )


def _svg(width: int, height: int, about: str, made: Sequence[Markup]) -> Markup:
    head = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{}" viewBox="0 0 {} {}"'
        ' width="{}" height="{}" font-size="12" {}>'
    ).format(about, width, height, width, height, Markup(FACE))  # noqa: S704
    return head + Markup("").join(made) + Markup("</svg>")
