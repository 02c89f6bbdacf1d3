"""The papers there are: what each is for, who may print it, and what it is made of. Pure."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from sync.words import Words

Need = Literal["photos", "journal", "head", "parcels"]
When = Literal["before", "after"]
ADMINISTRATOR, CHIEF = "administrator", "chief"


class Kind(NamedTuple):
    """One paper; its template has the name of its id."""

    id: str
    title: Words
    about: Words
    when: When
    roles: tuple[str, ...] = (ADMINISTRATOR,)
    needs: frozenset[Need] = frozenset()


_ALL = (
    Kind(
        "tickets",
        Words("准考证", "Admission tickets"),
        Words(
            "每人一张，一页两张；座位、科目、须知", "One each, two a page: seat, sittings, rules"
        ),
        "before",
        needs=frozenset({"photos"}),
    ),
    Kind(
        "door",
        Words("门贴", "Door sheets"),
        Words("贴在考场门口：座位图和名单", "For the door of each room: its map and its list"),
        "before",
    ),
    Kind(
        "labels",
        Words("座位贴", "Seat labels"),
        Words("一页 14 枚，沿虚线裁开", "14 a page, to be cut along the dots"),
        "before",
    ),
    Kind(
        "sign-in",
        Words("签到表", "Sign-in sheets"),
        Words("考生入场和交卷时签字", "Candidates sign when they come and when they go"),
        "before",
    ),
    Kind(
        "record",
        Words("考场情况记录单", "Room record"),
        Words(
            "人数、异常、补时、换座等，附考试日志校验点",
            "Counts, incidents, time given, moves; with the journal's checkpoint",
        ),
        "after",
        (ADMINISTRATOR, CHIEF),
        frozenset({"journal", "head"}),
    ),
    Kind(
        "misconduct",
        Words("违纪、缺考记录", "Record of violations and absences"),
        Words(
            "每起违纪一页，缺考一张表；没有时是空白表",
            "A page for each violation, a table of who was absent; blank if there is none",
        ),
        "after",
        needs=frozenset({"journal"}),
    ),
    Kind(
        "handover",
        Words("数据移交单", "Hand-over receipt"),
        Words(
            "用移动存储移交成绩数据时双方签字",
            "Signed by both sides when results are handed over on a stick",
        ),
        "after",
        needs=frozenset({"journal", "parcels"}),
    ),
)
KINDS: Mapping[str, Kind] = {one.id: one for one in _ALL}
