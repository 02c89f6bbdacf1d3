"""Errors in what people hand in: rosters, banks, plans, specifications, marks."""

from sync.errors.branches import InputRefused
from sync.words import Words


class SpecificationRefused(InputRefused):
    """A specification contradicts itself."""

    code = "specification-refused"
    message = Words("考试规格 {code} 有误：{reason}", "Specification {code} refused: {reason}")
    hint = Words("请更正该考试规格", "Correct the specification")


class BankRefused(InputRefused):
    """The bank breaks a rule of docs/specs/bank.md."""

    code = "bank-refused"
    message = Words("题库 {bank} 有 {count} 处问题", "Bank {bank}: {count} problems")
    hint = Words("请按所列逐条更正", "Correct each one listed")


class BlueprintUnmet(InputRefused):
    """The bank has too few items for a cell of the blueprint."""

    code = "blueprint-unmet"
    message = Words(
        "题库不足以组卷：「{cell}」需要 {needed} 题，仅有 {found} 题",
        "Too few items for cell “{cell}”: {needed} needed, {found} there",
    )
    hint = Words("请为该类补充试题", "Write more items for that cell")


class TooManyRepeats(InputRefused):
    """A form would have more items of earlier forms than its specification allows."""

    code = "too-many-repeats"
    message = Words(
        "试卷 {form} 有 {repeated} 题在以前的试卷中用过，最多允许 {most} 题",
        "Form {form} would repeat {repeated} items of earlier forms; at most {most} may",
    )
    hint = Words(
        "请补充试题，或放宽 theory.repeats（examhq specifications set）",
        "Write more items, or allow more by theory.repeats (examhq specifications set)",
    )


class MarksRefused(InputRefused):
    """A sheet of practical marks that does not fit the session."""

    code = "marks-refused"
    message = Words(
        "成绩表有 {count} 处问题，未导入",
        "{count} problems in the sheet of marks; nothing imported",
    )
    hint = Words("请按所列逐条更正后重新导入", "Correct each one listed and import again")


class PlanRefused(InputRefused):
    """A session plan that contradicts itself."""

    code = "plan-refused"
    message = Words("场次 {session} 的安排有 {count} 处问题", "Session {session}: {count} problems")
    hint = Words("请按所列逐条更正", "Correct each one listed")


class RosterUnreadable(InputRefused):
    """The file is not a spreadsheet."""

    code = "roster-unreadable"
    message = Words("无法读取考生名单：{reason}", "Cannot read the roster: {reason}")
    hint = Words("请另存为 .xlsx 后重试", "Save it as .xlsx and try again")


class RosterRefused(InputRefused):
    """Rows or columns of a roster that cannot be right; every problem is listed."""

    code = "roster-refused"
    message = Words(
        "考生名单有 {count} 处问题，未导入", "{count} problems in the roster; nothing was imported"
    )
    hint = Words("请按所列逐条更正后重新导入", "Correct each one listed and import again")
