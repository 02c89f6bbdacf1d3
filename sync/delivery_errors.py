"""Errors of delivery, by line or by stick; their bases are in sync.errors.

DocumentRefused    RefusedByHeadquarters  ReceiptMismatch  InventoryMismatch
Unreachable        HeadquartersBusy  UnsignedRefusal  HeadquartersFailed  UnexpectedAnswer
HeadquartersUnreachable ── TransferCut
NotAllowed         SiteNotRecognised
EnvironmentFault   SpoolFailed  StickUnusable ── CopyFailed  UploadsFull
InputRefused       UploadMalformed ── UploadType
NotNow             UploadElsewhere
"""

from collections.abc import Mapping

from sync.errors import (
    DocumentRefused,
    EnvironmentFault,
    HeadquartersUnreachable,
    InputRefused,
    NotAllowed,
    NotNow,
    Unreachable,
)
from sync.words import Words


class RefusedByHeadquarters(DocumentRefused):
    """Headquarters will not take the file; `answer` is its own error as JSON."""

    code = "refused-by-headquarters"
    message = Words("考务总部拒收：{reason_zh}", "Headquarters refused it: {reason_en}")
    hint = Words(
        "文件已保留，可导出；请联系考务总部，解决后可重新传送",
        "The file is kept and can be exported; call headquarters, then send it again",
    )

    def __init__(
        self, reason: Words, answer: Mapping[str, object], statement: bytes | None = None
    ) -> None:
        self.answer = dict(answer)
        # Not verified here; without a right one it is no refusal.
        self.statement = statement
        self.reason = reason
        super().__init__(reason_zh=reason.zh, reason_en=reason.en)

    def to_json(self) -> dict[str, object]:
        """As of every error, with headquarters' own error."""
        return super().to_json() | {"headquarters": self.answer}


class UnsignedRefusal(Unreachable):
    """Something on the way, or headquarters itself for now, will not take the file.

    Only a refusal that headquarters signed for these very bytes ends the sending.
    """

    code = "unsigned-refusal"
    message = Words(
        "未被接收（没有总部签名的拒收）：{reason_zh}",
        "Not taken, without headquarters' signed word: {reason_en}",
    )
    hint = Words(
        "文件保留并自动重试；如持续出现请联系考务总部，也可用 U 盘传送",
        "It is kept and tried again by itself; if it lasts call headquarters, or use a stick",
    )


class ReceiptMismatch(DocumentRefused):
    """A receipt that headquarters signed, but for something else."""

    code = "receipt-mismatch"
    message = Words(
        "回执与数据包不符：{what} 应为 {expected}，实为 {found}",
        "The receipt is for something else: {what} {expected} expected, {found} found",
    )
    hint = Words(
        "该回执未采用，数据包继续等待传送；请联系考务总部",
        "It was not used and the batch goes on waiting; call headquarters",
    )


class InventoryMismatch(DocumentRefused):
    """An answer that headquarters signed, but to another inventory."""

    code = "inventory-mismatch"
    message = Words(
        "清单答复与清单不符：{what} 应为 {expected}，实为 {found}",
        "The answer is to another inventory: {what} {expected} expected, {found} found",
    )
    hint = Words(
        "该答复未采用；将自动重新核对",
        "It was not used; the inventory is exchanged again by itself",
    )


class TransferCut(HeadquartersUnreachable):
    """The line broke in the middle of a transfer."""

    code = "transfer-cut"
    message = Words("传送中断：{reason}", "The transfer was cut: {reason}")


class HeadquartersBusy(Unreachable):
    """Headquarters asks to come later, in `retry_after` seconds if it says."""

    code = "headquarters-busy"
    http_status = 503
    message = Words("考务总部繁忙", "Headquarters is busy")
    hint = Words("将自动重试，无需操作", "It is tried again by itself; nothing to do")

    def __init__(self, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__()


class HeadquartersFailed(Unreachable):
    """Headquarters answered, in its own words, that it cannot do this now."""

    code = "headquarters-failed"
    message = Words("考务总部出错：{reason_zh}", "Headquarters failed: {reason_en}")
    hint = Words(
        "将自动重试；如持续出现请联系考务总部",
        "It is tried again by itself; call headquarters if it lasts",
    )


class UnexpectedAnswer(Unreachable):
    """What answered does not talk like headquarters."""

    code = "unexpected-answer"
    message = Words("考务总部的答复无法识别：{reason}", "Not an answer of headquarters: {reason}")
    hint = Words(
        "请检查考务总部的地址，以及网络是否要求登录；将自动重试",
        "Check headquarters' address and whether the network asks to sign in; it is tried again",
    )


class SiteNotRecognised(NotAllowed):
    """Headquarters does not take this box for the site (HTTP 401, 403)."""

    code = "site-not-recognised"
    message = Words(
        "考务总部不认可本考点的身份（HTTP {status}）",
        "Headquarters does not recognise this site (HTTP {status})",
    )
    hint = Words(
        "请检查本机时间，并请考务总部核对考点登记；也可用 U 盘传送",
        "Check this machine's clock, ask headquarters about the enrolment, or use a stick",
    )


class StickUnusable(EnvironmentFault):
    """The stick is gone."""

    code = "stick-unusable"
    message = Words("无法使用 U 盘 {folder}：{reason}", "The stick {folder} fails: {reason}")
    hint = Words("请重新插入或更换 U 盘后重试", "Plug it in again or take another one")


class CopyFailed(StickUnusable):
    """One file cannot be read from the stick or written to it: full, read-only, damaged."""

    code = "copy-failed"
    message = Words("U 盘 {folder} 复制失败：{reason}", "Copying fails on {folder}: {reason}")
    hint = Words(
        "U 盘可能已满、写保护或损坏；请更换后重试",
        "The stick may be full, write-protected or damaged; take another one",
    )


class SpoolFailed(EnvironmentFault):
    """The disk did not take or give a file of the spool."""

    code = "spool-failed"
    message = Words("数据包文件夹读写失败：{reason}", "The spool folder fails: {reason}")
    hint = Words(
        "请检查服务器磁盘；数据包不会被删除，将自动重试",
        "Check the server's disk; nothing is deleted and it is tried again",
    )


class UploadElsewhere(NotNow):
    """A part of an upload that does not begin where the upload is."""

    code = "upload-elsewhere"
    http_status = 409
    message = Words(
        "上传位置不符：应从第 {expected} 字节继续，而不是 {found}",
        "The upload goes on at byte {expected}, not at {found}",
    )
    hint = Words("将自动从正确位置继续", "It goes on by itself from the right place")


class UploadMalformed(InputRefused):
    """A request about an upload that is not of tus 1.0.0, or without what it needs."""

    code = "upload-malformed"
    message = Words("上传请求有误：{reason}", "Not a right request for an upload: {reason}")
    hint = Words("请升级考点软件", "Update the site's software")


class UploadType(UploadMalformed):
    """A part of another media type than tus has."""

    code = "upload-type"
    http_status = 415


class UploadsFull(EnvironmentFault):
    """A site has as much half uploaded as it may."""

    code = "uploads-full"
    http_status = 507
    message = Words(
        "考点 {site} 未传完的文件过多（上限 {limit_mib} MiB）",
        "Site {site} has too much half uploaded ({limit_mib} MiB at most)",
    )
    hint = Words("请先传完已开始的文件；将自动重试", "Finish what was begun; it is tried again")
