"""Errors of releasing results.

InputRefused  ListRefused  MappingRefused
DocumentRefused  ListAltered
NotNow        ResultsOpen  ResultsHeldBack  ResultsChanged  ResultsSame  NothingReleased
             ReleaseOutdated
NotAllowed    OtherReleaserNeeded
"""

from sync.errors import DocumentRefused, InputRefused, NotAllowed, NotNow
from sync.words import Words


class ListRefused(InputRefused):
    """A proposal without what it must say."""

    code = "result-list-refused"
    message = Words("不能这样提出发布：{reason_zh}", "It cannot be proposed so: {reason_en}")
    hint = Words("请补充后重新提出", "Add what is missing and propose it again")


class MappingRefused(InputRefused):
    """A mapping of columns that no sheet can be made by; every problem is listed."""

    code = "mapping-refused"
    message = Words("列对照表有 {count} 处问题", "{count} problems in the mapping of columns")
    hint = Words(
        "请按所列逐条更正；可用的字段见 docs/specs/results.md",
        "Correct each one listed; the fields are in docs/specs/results.md",
    )


class ListAltered(DocumentRefused):
    """A list in the database is not the one that was proposed: its digest says so."""

    code = "result-list-altered"
    message = Words(
        "{session} 的第 {number} 号成绩名单在数据库中被改动",
        "List {number} of the results of {session} was altered in the database",
    )
    hint = Words(
        "不要发布、打印或导出；请从最近的备份恢复，并查明谁改动了数据库",
        "Release, print and export nothing; restore the last copy and find out who altered it",
    )


class ResultsOpen(NotNow):
    """Something of the session must be decided before its results can be released."""

    code = "results-open"
    message = Words("现在不能发布成绩：{reason_zh}", "Results cannot be released: {reason_en}")
    hint = Words("请先处理这一项，再提出发布", "Settle that first, then propose the list")


class ResultsHeldBack(NotNow):
    """Some results are not final, and nobody said that the others go first."""

    code = "results-held-back"
    message = Words("{count} 名考生的成绩尚未定", "The results of {count} are not final yet")
    hint = Words(
        "等这些成绩定了再发布，或选择“先发布已定的成绩”",
        "Wait for them, or choose to release the final ones first (partial)",
    )


class ResultsChanged(NotNow):
    """What was proposed is not what the session has now; nothing was released."""

    code = "results-changed"
    message = Words(
        "提出之后成绩有变化（{count} 名考生），未发布",
        "Results changed since the proposal ({count} candidates); nothing was released",
    )
    hint = Words(
        "请撤回这份名单，核对变化后重新提出", "Take the proposal back, look at it, propose anew"
    )


class ResultsSame(NotNow):
    """The list is the one that was released last."""

    code = "results-same"
    message = Words("成绩与第 {release} 次发布完全相同", "Nothing differs from release {release}")
    hint = Words("不需要再次发布", "There is nothing to release")


class NothingReleased(NotNow):
    """Made from a released list alone, and there is none."""

    code = "nothing-released"
    message = Words("{session} 的成绩尚未发布", "No results of {session} were released")
    hint = Words(
        "成绩单和上报文件只从已发布的成绩生成，请先由两人发布",
        "Transcripts and files are made of released results only; two officers release them first",
    )


class ReleaseOutdated(NotNow):
    """The answers as they are marked now do not give what was released."""

    code = "release-outdated"
    message = Words(
        "{count} 名考生的作答按现行判分与第 {release} 次发布不同",
        "For {count} candidates the answers as marked now do not give release {release}",
    )
    hint = Words(
        "逐题报告须与发布的成绩一致：请先由两人再次发布，再导出",
        "Reports by item must agree with what was released: release anew first, then export",
    )


class OtherReleaserNeeded(NotAllowed):
    """Whoever proposed a list cannot release it."""

    code = "other-releaser-needed"
    message = Words("{who} 提出的名单须由另一人发布", "{who} proposed it; another officer releases")
    hint = Words("请另一位考务人员登录后发布", "Ask another exam officer to sign in and release")
