"""Errors of the marking desk.

InputRefused  PanelRefused  JudgementRefused  CommitteeRefused
NotNow        NotYourScript  NothingToAssess  NotOnCommittee
"""

from sync.errors import InputRefused, NotNow
from sync.words import Words


class PanelRefused(InputRefused):
    """Assessors who cannot mark a sitting so."""

    code = "panel-refused"
    message = Words("不能这样组成考评组：{reason_zh}", "No such panel: {reason_en}")
    hint = Words(
        "考评员须为单数且不少于 3 人，人数按每名考评员对应的考生数计算",
        "Take an odd number of at least three assessors, as many as the candidates need",
    )


class JudgementRefused(InputRefused):
    """Marks that cannot be kept; every problem is listed."""

    code = "judgement-refused"
    message = Words("评分有 {count} 处问题，未保存", "{count} problems in the marks; nothing kept")
    hint = Words("请按所列逐条更正后重新提交", "Correct each one listed and submit again")


class NotYourScript(NotNow):
    """A script that this assessor does not hold, or has marked already."""

    code = "not-your-script"
    message = Words("答卷 {number} 现在不由您评分", "Script {number} is not yours to mark now")
    hint = Words("请从评分台领取下一份", "Take the next one from the desk")


class NothingToAssess(NotNow):
    """Nothing is left for this assessor just now."""

    code = "nothing-to-assess"
    message = Words("目前没有需要您评分的答卷", "Nothing is left for you to mark just now")
    hint = Words("其他考评员评完后可能需要仲裁，请稍后再看", "Look again later")


class CommitteeRefused(InputRefused):
    """A committee or a form by which a review cannot be held."""

    code = "committee-refused"
    message = Words("不能这样组成评审委员会：{reason_zh}", "No such committee: {reason_en}")
    hint = Words(
        "委员须为单数且不少于 3 人，评审表各项合计为满分",
        "Take an odd number of at least three members, and a form that adds up to the full mark",
    )


class NotOnCommittee(NotNow):
    """A review whose committee this person is not on, or that is not open."""

    code = "not-on-committee"
    message = Words("您不是这次综合评审的委员", "You are not on the committee of this review")
    hint = Words("请联系考务人员核对委员名单", "Ask an exam officer about the committee")
