"""Areas of a picture: whether a point lies in one; its border belongs to it."""

from dataclasses import dataclass

from sync.headquarters.content.qti.markup import Node, refusal
from sync.headquarters.content.qti.values import Atom
from sync.words import Words

# How many numbers a shape has; a polygon three points or more.
NUMBERS = {"circle": 3, "rect": 4, "ellipse": 4, "default": 0, "poly": 6}


@dataclass(frozen=True)
class Area:
    """A shape with its coordinates."""

    shape: str
    coords: tuple[float, ...]

    def holds(self, point: Atom) -> bool:
        """Whether a point lies in it."""
        if not isinstance(point, tuple) or isinstance(point[0], str) or isinstance(point[1], str):
            return False
        x, y = point
        if self.shape == "default":
            return True
        if self.shape == "poly":
            return _in_polygon(x, y, self.coords)
        a, b, c, *d = self.coords
        if self.shape == "circle":
            return (x - a) ** 2 + (y - b) ** 2 <= c**2
        if self.shape == "rect":
            return min(a, c) <= x <= max(a, c) and min(b, d[0]) <= y <= max(b, d[0])
        return ((x - a) / (c or 1)) ** 2 + ((y - b) / (d[0] or 1)) ** 2 <= 1


def area(node: Node) -> Area:
    """The area that an element's `shape` and `coords` draw; QtiRefused if they draw none."""
    shape = node.get("shape", "default").lower()
    try:
        coords = tuple(float(part) for part in node.get("coords").replace(",", " ").split())
    except ValueError:
        coords = ()
    least = NUMBERS.get(shape, -1)
    fits = len(coords) == least or shape == "default"
    if shape == "poly":
        fits = len(coords) >= least and len(coords) % 2 == 0
    if least < 0 or not fits:
        reason = Words(f"区域有误：{shape} {node.get('coords')}", f"no such area: {shape}")
        raise refusal("", node.line, reason)
    return Area(shape, coords)


def _in_polygon(x: float, y: float, coords: tuple[float, ...]) -> bool:
    corners = list(zip(coords[::2], coords[1::2], strict=True))
    inside = False
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True):
        cross = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        if cross == 0 and min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by):
            return True
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
    return inside
