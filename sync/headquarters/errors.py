"""Errors that only headquarters raises; their bases are in sync.errors.

DocumentRefused    BatchTooLarge  LengthMissing  UnknownSender  UnknownSession
                   ConflictingBatch  FormerServer  JournalBroken
EnvironmentFault   QuarantineFull  ArchiveFailed
                   TryLater ── IntakeBusy  DatabaseAway  BlobsAway  ReceiptKeyRevoked
                               UnlockKeyRevoked
InputRefused       NameRefused  TimeRefused  MarksUnreadable  SettingRefused  TargetNeeded
                   VersionRefused
NotNow             KeyNeeded  SessionPublished  BatchMissing
NotAllowed         SignInNeeded  SignInRefused  TooManyTries  FromElsewhere
                   NotAReleaseKey  SecondOfficerNeeded  OneCodeEach  NotTheRoot
"""

import base64

from sync.errors import (
    DocumentRefused,
    EnvironmentFault,
    InputRefused,
    NotAllowed,
    NotNow,
)
from sync.words import Words


class BatchTooLarge(DocumentRefused):
    """More than one request may carry."""

    code = "batch-too-large"
    http_status = 413
    message = Words(
        "成绩数据包过大：{found} 字节，上限 {limit} 字节",
        "Batch too large: {found} bytes, {limit} at most",
    )
    hint = Words("请联系考务总部；文件保留在考点", "Call headquarters; keep the file at the site")


class LengthMissing(DocumentRefused):
    """A PUT without Content-Length."""

    code = "length-missing"
    http_status = 411
    message = Words("请求缺少 Content-Length", "The request has no Content-Length")


class UnknownSender(DocumentRefused):
    """A batch of a site that is not registered."""

    code = "unknown-sender"
    message = Words("考点 {site} 未登记", "Site {site} is not registered")
    hint = Words(
        "文件已保留在隔离区；登记考点后请重新传送",
        "It is kept in quarantine; send it again once the site is registered",
    )


class UnknownSession(DocumentRefused):
    """A batch of a session that this site was never given."""

    code = "unknown-session"
    message = Words("考点 {site} 没有场次 {session}", "Site {site} has no session {session}")
    hint = Words(
        "文件已保留在隔离区；请联系考务总部核对场次",
        "It is kept in quarantine; ask headquarters to check the session",
    )


class ConflictingBatch(DocumentRefused):
    """Another file with the same site, session, server term and sequence is there already."""

    code = "conflicting-batch"
    http_status = 409
    message = Words(
        "第 {sequence} 个成绩数据包（服务器任期 {server_term}）已收到另一份内容不同的文件",
        "Batch {sequence} of server term {server_term} is already there with other bytes",
    )
    hint = Words(
        "两份文件都已保留；可能有两台服务器同时运行，请联系考务总部",
        "Both files are kept; two servers may have run at once, call headquarters",
    )


class FormerServer(DocumentRefused):
    """A batch of a server that another one took over from."""

    code = "former-server"
    http_status = 409
    message = Words(
        "服务器任期 {server_term} 已被第 {latest} 任接管",
        "Server term {server_term} was taken over by term {latest}",
    )
    hint = Words(
        "文件已保留在隔离区，不计入成绩；请停用旧服务器",
        "It is kept in quarantine and counts for nothing; retire the old server",
    )

    def __init__(self, notice: bytes, *, server_term: int, latest: int) -> None:
        self.notice = notice
        super().__init__(server_term=server_term, latest=latest)

    def to_json(self) -> dict[str, object]:
        """As of every error, with the signed notice by which the old server fences itself."""
        return super().to_json() | {"notice": base64.b64encode(self.notice).decode("ascii")}


class JournalBroken(DocumentRefused):
    """Received batches that do not make one journal."""

    code = "journal-broken"
    message = Words(
        "场次 {session} 的考试日志不连续：{reason_zh}",
        "The journal of session {session} does not hold together: {reason_en}",
    )
    hint = Words(
        "未评分；请联系考点核对校验点", "Nothing was scored; compare checkpoints with the site"
    )


class QuarantineFull(EnvironmentFault):
    """Refused files take up all the room set aside for them."""

    code = "quarantine-full"
    http_status = 507
    message = Words("隔离区已满（{limit_mib} MiB）", "The quarantine is full ({limit_mib} MiB)")
    hint = Words(
        "请考务人员检查隔离区；考点请保留文件",
        "Staff must look through the quarantine; the site keeps the file",
    )


class ArchiveFailed(EnvironmentFault):
    """The second copy could not be written, so no archived receipt was given."""

    code = "archive-failed"
    message = Words("无法写入第二份副本：{reason}", "Cannot write the second copy: {reason}")
    hint = Words(
        "请检查归档磁盘；会自动重试", "Check the archive disk; it is tried again by itself"
    )


class TryLater(EnvironmentFault):
    """Nothing is wrong with what was sent; the same again in some seconds."""

    code = "try-later"
    http_status = 503
    seconds = 5
    message = Words("总部暂时无法处理", "Headquarters cannot take this now")
    hint = Words("会自动重试，请保留文件", "It is tried again by itself; keep the file")


class IntakeBusy(TryLater):
    """As many batches as one receiver takes at once are in its hands."""

    code = "intake-busy"
    message = Words("同时到达的数据包过多", "Too many batches at once")


class DatabaseAway(TryLater):
    """The database does not answer."""

    code = "database-away"
    message = Words("数据库没有响应：{reason}", "The database does not answer: {reason}")
    hint = Words(
        "请检查数据库；会自动重试", "Check the database; what was sent is tried again by itself"
    )


class BlobsAway(TryLater):
    """The store of bytes does not answer."""

    code = "blobs-away"
    message = Words("对象存储没有响应：{reason}", "The object store does not answer: {reason}")
    hint = Words(
        "请检查对象存储；会自动重试", "Check the store; what was sent is tried again by itself"
    )


class ReceiptKeyRevoked(TryLater):
    """A receiver that was not given the new key for receipts: no site would believe it."""

    code = "receipt-key-revoked"
    message = Words("本机的回执密钥 {key} 已吊销", "This machine's receipt key {key} is revoked")
    hint = Words(
        "请把新的 receipt.key 放入本机的 keys 文件夹；会自动重试",
        "Put the new receipt.key into this machine's folder keys; what was sent is tried again",
    )


class UnlockKeyRevoked(TryLater):
    """A service whose key for unlock releases is revoked: no site would believe it."""

    code = "unlock-key-revoked"
    message = Words("本机的解锁密钥 {key} 已吊销", "This machine's unlock key {key} is revoked")
    hint = Words(
        "请把新的 unlock.key 放入本机的 keys 文件夹；此前请用电话告知解锁码",
        "Put the new unlock.key into this machine's folder keys; until then tell codes by phone",
    )


class SettingRefused(InputRefused):
    """A setting of examhq.json that cannot be followed."""

    code = "setting-refused"
    message = Words("examhq.json 中 {name} 不可用：{reason}", "examhq.json: {name}: {reason}")
    hint = Words(
        "请按运行手册填写；密码放在单独的文件中",
        "See the manual; passwords go into files of their own",
    )


class NameRefused(InputRefused):
    """An identifier that could not be part of file names and journals."""

    code = "name-refused"
    message = Words("编号不合规范：{name}", "Not a usable identifier: {name}")
    hint = Words(
        "请用 1–40 个小写字母、数字或连字符，以字母或数字开头",
        "Use 1–40 small letters, digits or hyphens, beginning with a letter or digit",
    )


class VersionRefused(InputRefused):
    """What an officer requires is no version, or says no reason."""

    code = "version-refused"
    message = Words("不是可用的版本要求：{version}", "Not a usable rule for versions: {version}")
    hint = Words(
        "版本写作 1.2.0；原因必填，不超过 200 字",
        "Write the version as 1.2.0, and a reason of at most 200 characters",
    )


class TimeRefused(InputRefused):
    """A start that is no ISO 8601 time with an offset."""

    code = "time-refused"
    message = Words("开始时间不合规范：{time}", "Not a usable start time: {time}")
    hint = Words("请按 2026-12-05T09:00+08:00 的格式填写", "Write it as 2026-12-05T09:00+08:00")


class MarksUnreadable(InputRefused):
    """The sheet of marks is no spreadsheet."""

    code = "marks-unreadable"
    message = Words("无法读取成绩表：{reason}", "Cannot read the sheet of marks: {reason}")
    hint = Words("请另存为 .xlsx 后重试", "Save it as .xlsx and try again")


class SessionPublished(NotNow):
    """A published session is in the hands of its site."""

    code = "session-published"
    message = Words("场次 {session} 已发布，不能更改", "Session {session} is published and fixed")
    hint = Words("如需调整，请新建场次", "Make another session instead")


class BatchMissing(NotNow):
    """The journal is not yet here as a whole."""

    code = "batch-missing"
    message = Words("场次 {session} 尚未收齐：{reason_zh}", "Session {session}: {reason_en}")
    hint = Words(
        "请等待考点继续传送，或用 U 盘送达", "Wait for the site to deliver, or use a stick"
    )


class NotAReleaseKey(NotAllowed):
    """A key that the site does not take packages from."""

    code = "not-a-release-key"
    message = Words("密钥 {key} 不是发布密钥", "Key {key} is no release key")
    hint = Words(
        "请使用发给您本人的发布密钥文件", "Use the release key file that was handed to you"
    )


class NotTheRoot(NotAllowed):
    """A register of keys is signed by the root and by no other key."""

    code = "not-the-root"
    message = Words("密钥 {key} 不是根密钥", "Key {key} is not the root key")
    hint = Words("请插入保管根密钥的 U 盘", "Bring the stick with the root key")


class KeyNeeded(NotNow):
    """Without this key nothing could be released or receipted any more."""

    code = "key-needed"
    message = Words(
        "吊销后可用的密钥不够：{role}", "Too few keys would be left to work with: {role}"
    )
    hint = Words("请先用 examhq keys rotate 换新密钥", "Make a new one first: examhq keys rotate")


class TargetNeeded(InputRefused):
    """A key that does not stay at headquarters needs a place; a release key, whose it replaces."""

    code = "target-needed"
    message = Words("更换 {role} 密钥缺少参数", "To rotate a key for {role} more must be said")
    hint = Words(
        "release 与 escrow 需用 --out 指定新文件；release 还需用 --old 指定旧密钥",
        "release and escrow need --out, the new file; release also --old, the key that ends",
    )


class SecondOfficerNeeded(NotAllowed):
    """The first officer once more: the same key, or the same account."""

    code = "second-officer-needed"
    message = Words(
        "{who} 已用密钥 {key} 签名，第二个签名须由另一人用另一密钥作出",
        "{who} has signed with key {key}; the second signature is another person's, by another key",
    )
    hint = Words("请由另一位发布人签名", "Ask the other release officer")


class OneCodeEach(NotAllowed):
    """An officer who has looked at one official's code asks for the other's."""

    code = "one-code-each"
    message = Words(
        "{who} 已查看负责人 {official} 的解锁码，不能再查看另一个",
        "{who} has looked at the code of official {official} and cannot look at the other",
    )
    hint = Words(
        "另一个解锁码由另一位发布人查看", "Another release officer looks at the other code"
    )


class SignInNeeded(NotAllowed):
    """Nobody is signed in."""

    code = "sign-in-needed"
    http_status = 401
    message = Words("请先登录", "Sign in first")
    hint = Words("登录后重试", "Sign in and try again")


class SignInRefused(NotAllowed):
    """Account or password is wrong; which of them is not said."""

    code = "sign-in-refused"
    http_status = 401
    message = Words("账号或密码不正确", "Account or password is wrong")
    hint = Words("请核对后重试", "Check both and try again")


class TooManyTries(NotAllowed):
    """Wrong passwords one after the other."""

    code = "too-many-tries"
    http_status = 429
    message = Words("错误次数过多", "Too many wrong tries")
    hint = Words("请在 {seconds} 秒后重试", "Try again in {seconds} seconds")


class FromElsewhere(NotAllowed):
    """A state-changing request that another site's page made."""

    code = "from-elsewhere"
    message = Words("请求来自其他网站，已拒绝", "The request came from another site's page")
    hint = Words("请从本系统的页面操作", "Use this system's own pages")


class SiteNotProven(NotAllowed):
    """A request for packages that no registered site signed for this very address."""

    code = "site-not-proven"
    http_status = 401
    message = Words("无法确认考点身份：{reason}", "The request is not proven: {reason}")
    hint = Words("请核对考点登记", "Check the site's enrolment")
