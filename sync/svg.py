"""Pieces of drawn pictures: colours, texts, the frame. Pure; every text is escaped."""

from collections.abc import Sequence

from markupsafe import Markup

INK, QUIET, LINE, BAD = "#1b2733", "#556472", "#b9c3cc", "#b3261e"
BAR, OVER, GOOD = "#0b5cad", "#c27a00", "#1b7a43"
FACE = "font-family=\"'Noto Sans CJK SC','Microsoft YaHei',sans-serif\""


def text(x: float, y: float, said: str, colour: str, anchor: str, bold: bool = False) -> Markup:
    """A line of text; `anchor` is start, middle or end."""
    weight = Markup(' font-weight="700"') if bold else ""
    return Markup('<text x="{:.1f}" y="{:.1f}" fill="{}" text-anchor="{}"{}>{}</text>').format(
        x, y, colour, anchor, weight, said
    )


def bar(x: float, y: float, width: float, height: float, colour: str) -> Markup:
    """A filled rectangle."""
    return Markup(
        '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="3" fill="{}"/>'
    ).format(x, y, width, height, colour)


def line(path: str, colour: str, dashed: bool = False) -> Markup:
    """A line along a path; a dashed one is a limit."""
    dashes = Markup(' stroke-width="2" stroke-dasharray="5 4"') if dashed else ""
    return Markup('<path d="{}" stroke="{}" fill="none"{}/>').format(path, colour, dashes)


def picture(width: float, height: float, about: str, made: Sequence[Markup]) -> Markup:
    """The whole; `about` says it to who cannot see it."""
    head = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{}" viewBox="0 0 {} {}"'
        ' width="{}" height="{}" font-size="12" {}>'
    ).format(about, width, height, width, height, Markup(FACE))  # noqa: S704
    return head + Markup("").join(made) + Markup("</svg>")
