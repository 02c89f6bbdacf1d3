"""Errors of the site: rescue files (docs/specs/rescue.md): what is wrong with one, told apart."""

from sync.errors import (
    CannotOpen,
    DocumentAltered,
    DocumentRefused,
    ForOtherSite,
    NotAllowed,
    NotNow,
)
from sync.words import Words


class RescueDamaged(CannotOpen):
    """A rescue file that was altered or cut short, or no rescue file at all."""

    code = "rescue-damaged"
    message = Words(
        "救援文件已损坏或被改动：{reason}", "The rescue file is damaged or altered: {reason}"
    )
    hint = Words(
        "请在考试机上重新下载并复制；未作任何改动",
        "Download it again at the candidate's machine and copy it again; nothing was changed",
    )


class RescueForged(DocumentAltered):
    """Sealed to this site, but without the key that only the attempt's page was given."""

    code = "rescue-forged"
    message = Words(
        "救援文件不是由该考生的页面生成：{where}",
        "No page of this candidate made the rescue file: {where}",
    )
    hint = Words(
        "请勿采用；保留该文件，记入考场情况并报告考务总部",
        "Do not use it; keep the file, record an incident and tell headquarters",
    )


class RescueForOtherSite(ForOtherSite):
    """A rescue file of a machine at another site."""

    code = "rescue-other-site"
    message = Words(
        "救援文件属于考点 {found}，本考点为 {expected}",
        "The rescue file is of site {found}; this site is {expected}",
    )
    hint = Words("请在考点 {found} 的服务器上导入", "Import it at the server of site {found}")


class RescueOfAnother(DocumentRefused):
    """A good file, handed in for somebody else."""

    code = "rescue-of-another"
    message = Words(
        "救援文件属于 {found}，不属于 {expected}",
        "The rescue file is of {found}, not of {expected}",
    )
    hint = Words(
        "请选择该文件所属考生的座位后再导入", "Choose the seat of the candidate that it belongs to"
    )


class RescueOfNobody(DocumentRefused):
    """A good file of this site, of an attempt that this server does not know."""

    code = "rescue-unknown-attempt"
    message = Words(
        "本服务器没有救援文件所属的考试：{found}", "This server has no such attempt: {found}"
    )
    hint = Words(
        "请先导入该场次的试卷包并解锁，再导入救援文件",
        "Import and unlock that session's package first, then the rescue file",
    )


class RescueReplayed(NotNow):
    """Every answer of the file is here already."""

    code = "rescue-replayed"
    message = Words(
        "救援文件中没有新作答：已导入过，或服务器已全部收到",
        "Nothing in the rescue file is new: imported before, or saved all along",
    )
    hint = Words("无需再操作", "Nothing more to do")


class NothingRescued(NotNow):
    """There is nothing out of a rescue file that waits for a decision."""

    code = "nothing-rescued"
    message = Words("该考生没有待采用的救援作答", "No rescued answer of this candidate is waiting")
    hint = Words("请先导入救援文件；或已被采用", "Import a rescue file first; or it was applied")


class RescueTicketRefused(NotAllowed):
    """A machine offers a sealed copy without a ticket of this site."""

    code = "rescue-ticket"
    message = Words("本考点没有发出过这张救援凭据", "This site has given out no such rescue ticket")
    hint = Words(
        "密封副本仍在考试机上；可用救援文件导入",
        "The sealed copy stays on the machine; import a rescue file instead",
    )
