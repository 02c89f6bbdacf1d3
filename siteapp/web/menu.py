"""The staff's menu: few things to choose from, and below the chosen one its pages."""

from typing import NamedTuple

from siteapp.staff import LEADERS, Role
from sync.words import Words


class Page(NamedTuple):
    """A page of the menu, and who has it there."""

    path: str
    name: Words
    roles: tuple[Role, ...] = LEADERS


class Group(NamedTuple):
    """What stands in the menu; it leads to its first page that the person may see."""

    name: Words
    pages: tuple[Page, ...]


MENU = (
    Group(
        Words("考场", "Room"),
        (Page("/room", Words("考场", "Room"), (*LEADERS, "invigilator")),),
    ),
    Group(Words("考务", "Sessions"), (Page("/admin", Words("考务", "Sessions")),)),
    Group(
        Words("考前准备", "Preparation"),
        (
            Page("/admin/readiness", Words("考前检查", "Readiness")),
            Page("/admin/rooms", Words("机房平面图", "Rooms")),
            Page("/admin/machines", Words("考试机", "Machines")),
            Page("/admin/browser", Words("考试浏览器", "Exam browser")),
            Page("/admin/cameras", Words("监控", "Cameras")),
            Page("/admin/trust", Words("HTTPS 信任", "HTTPS trust")),
            Page("/admin/drill", Words("演练", "Drill")),
        ),
    ),
    Group(
        Words("记录", "Records"),
        (
            Page("/admin/deliveries", Words("数据传送", "Deliveries")),
            Page("/admin/retention", Words("保留与销毁", "Retention")),
            Page("/admin/alarms", Words("告警", "Alarms")),
            Page("/admin/audit", Words("操作记录", "Audit log")),
        ),
    ),
    Group(Words("人员", "Staff"), (Page("/admin/users", Words("人员", "Staff"), LEADERS[:1]),)),
)


class Shown(NamedTuple):
    """The menu for one person on one page: what to choose from, and the chosen one's pages."""

    groups: list[Group]
    chosen: Group | None
    here: Page | None


def shown(role: str, path: str) -> Shown:
    """The menu of a role on the page at `path`, or on one below it."""
    groups = [
        found
        for group in MENU
        if (found := Group(group.name, tuple(p for p in group.pages if role in p.roles))).pages
    ]
    pairs = [(group, page) for group in groups for page in group.pages]
    here = [(g, p) for g, p in pairs if path == p.path or path.startswith(f"{p.path}/")]
    chosen, page = max(here, key=lambda one: len(one[1].path), default=(None, None))
    return Shown(groups, chosen, page)
