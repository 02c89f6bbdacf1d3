"""Errors of the room plan."""

from sync.errors import InputRefused, NotNow
from sync.words import Words


class RoomPlanRefused(InputRefused):
    """A room plan that is malformed or contradicts itself; every problem is listed."""

    code = "room-plan-refused"
    message = Words(
        "机房平面图有 {count} 处问题，未保存",
        "{count} problems in the room plan; nothing was saved",
    )
    hint = Words("请按所列逐条更正", "Correct each one listed")


class RoomPlanChanged(NotNow):
    """Somebody else saved the plan since this page read it."""

    code = "room-plan-changed"
    message = Words(
        "平面图刚由 {who} 改过（版本 {version}），您的改动没有保存",
        "{who} has just changed the plan (version {version}); your change was not saved",
    )
    hint = Words(
        "重新读取后再改；您画的内容还在页面上，可先导出",
        "Read it again, then change it; what you drew is still on the page and can be exported",
    )


class NothingToUndo(NotNow):
    """The plan has no earlier version that is kept."""

    code = "nothing-to-undo"
    message = Words("没有可以撤销的改动", "There is nothing to undo")
    hint = Words("撤销只到最初的平面图", "Undo goes back to the first plan only")


class RoomSheetUnreadable(InputRefused):
    """The file is no spreadsheet."""

    code = "room-sheet-unreadable"
    message = Words("无法读取该表格：{reason}", "The file cannot be read: {reason}")
    hint = Words("请另存为 .xlsx 后重试", "Save it as .xlsx and try again")


class RoomSheetRefused(InputRefused):
    """Rows or columns of a sheet of rooms that cannot be right; every problem is listed."""

    code = "room-sheet-refused"
    message = Words(
        "机房表格有 {count} 处问题，未导入", "{count} problems in the sheet; nothing was imported"
    )
    hint = Words("请按所列逐条更正后重新导入", "Correct each one listed and import again")
