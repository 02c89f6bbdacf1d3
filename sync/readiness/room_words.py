"""The words of what the room plan tells."""

from typing import Final

from sync.readiness.check_words import ADMINISTRATOR, Check
from sync.words import Words

ROOMS: Final = (
    Check(
        "seat-plan",
        False,
        "",
        Words("名单座位在平面图上", "The roster's seats are on the plan"),
        Words(
            "不在平面图上的座位，监考墙和本报告不知道它在哪里",
            "Where a seat stands that is on no plan, neither wall nor report can say",
        ),
        ADMINISTRATOR,
        Words("在“机房平面图”补画这些座位，或核对座位号", "Draw them, or correct their numbers"),
    ),
    Check(
        "seat-machine",
        False,
        "",
        Words("机器在绑定的座位上", "Machines stand where they were bound"),
        Words(
            "机器互换或更换后，检查结果和座位对不上",
            "After a swap what was measured belongs to another seat",
        ),
        ADMINISTRATOR,
        Words(
            "在“机房平面图”确认互换或采用新机器；或把机器搬回去",
            "Accept the swap or the new machine on the room plan, or carry it back",
        ),
    ),
    Check(
        "seat-claim",
        False,
        "",
        Words("没有机器冒用座位", "No machine claims another's seat"),
        Words(
            "自称他人座位的机器不会被采用，但应当找到它",
            "A machine that names another's seat does not count, but should be found",
        ),
        ADMINISTRATOR,
        Words("到该座位和所列地址的机器查看", "Look at that seat, and at the machine listed"),
    ),
)
