"""A small room plan that several tests share."""

from siteapp.rooms.plan import Bound, Cell, RoomGrid, RoomPlan


def grid(name: str = "第一机房", first: int = 1, rows: int = 2) -> RoomGrid:
    """Two seats, an aisle and a spare in each row."""
    cells = [
        Cell(row, column, kind, first + 3 * (row - 1) + place if kind != "aisle" else 0)
        for row in range(1, rows + 1)
        for place, (column, kind) in enumerate(((1, "seat"), (2, "seat"), (4, "spare")))
    ]
    aisles = [Cell(row, 3, "aisle") for row in range(1, rows + 1)]
    return RoomGrid(name, rows, 5, (*cells, *aisles))


PLAN = RoomPlan(rooms=(grid(), grid("第二机房", 101)), machines=(Bound(2, mark="abc"),))
