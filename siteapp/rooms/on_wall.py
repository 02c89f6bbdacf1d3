"""The rooms of a session as the wall draws them. Pure."""

from collections.abc import Iterable
from typing import Any

from siteapp.rooms.plan import Placed, RoomPlan, layout, unplaced


def on_wall(plan: RoomPlan, wanted: Iterable[int]) -> dict[str, Any]:
    """The rooms in which seats of the session stand, and its seats that stand in none."""
    seats = set(wanted)
    drawn = []
    for room in layout(plan):
        squares = [one for row in room.rows for one in row]
        if any(one.seat in seats for one in squares):
            columns = len(room.rows[0]) if room.rows else 0
            cells = [_cell(one) for one in squares if one.kind != "empty"]
            drawn.append(
                {"name": room.name, "columns": columns, "rows": len(room.rows), "cells": cells}
            )
    return {"rooms": drawn, "unplaced": unplaced(plan, seats)}


def _cell(one: Placed) -> dict[str, Any]:
    return {"row": one.row, "column": one.column, "kind": one.kind, "seat": one.seat}
