"""Errors of documents (packages, batches, receipts, certificates) and of unlock codes."""

from sync.errors.branches import DocumentRefused, UnlockRefused
from sync.words import Words


class NotADocument(DocumentRefused):
    """The bytes do not begin like one of our documents."""

    code = "not-a-document"
    message = Words("不是本系统的文件：{reason}", "Not one of our documents: {reason}")


class DocumentTruncated(DocumentRefused):
    """The file ends early: an interrupted copy or download."""

    code = "document-truncated"
    message = Words(
        "文件不完整：应为 {expected} 字节，实为 {found} 字节",
        "The file is cut short: {expected} bytes expected, {found} found",
    )
    hint = Words(
        "复制或下载中断了，请重新复制；未作任何改动",
        "The copy or download was interrupted; copy it again. Nothing was changed",
    )


class DocumentAltered(DocumentRefused):
    """Some byte differs from what was signed."""

    code = "document-altered"
    message = Words("文件已损坏或被改动：{where}", "The file is damaged or was altered: {where}")


class UnsupportedVersion(DocumentRefused):
    """A format version this release does not read."""

    code = "unsupported-version"
    message = Words("不支持的格式版本 {found}", "Format version {found} is not supported")
    hint = Words("请升级本软件", "Update this software")


class SignatureRefused(DocumentRefused):
    """No trusted key signed this, or too few did."""

    code = "signature-refused"
    message = Words("签名无效：{reason}", "Signature refused: {reason}")
    hint = Words(
        "文件不是由可信的一方签发，请勿使用并联系考务总部",
        "It was not issued by a trusted party; do not use it, call headquarters",
    )


class SecondSignatureMissing(DocumentRefused):
    """A package that one release officer signed, and no second one."""

    code = "second-signature-missing"
    message = Words(
        "试卷包只有一个发布签名（{key}），需要两位发布人各自签名",
        "The package has one release signature ({key}); it needs those of two officers",
    )
    hint = Words(
        "不要使用，请考务总部由第二位发布人签名后重发",
        "Do not use it; ask headquarters to send it again with the second officer's signature",
    )


class KeyRevoked(DocumentRefused):
    """Signed by a key that headquarters has revoked."""

    code = "key-revoked"
    message = Words(
        "签名密钥 {key} 已被考务总部吊销：{reason}",
        "Signed by key {key}, which headquarters has revoked: {reason}",
    )
    hint = Words(
        "不要使用该文件，请联系考务总部重发", "Do not use it; ask headquarters for a new one"
    )


class KeyExpired(DocumentRefused):
    """Signed by a key that headquarters no longer uses."""

    code = "key-expired"
    message = Words(
        "签名密钥 {key} 已停用", "Signed by key {key}, which headquarters no longer uses"
    )
    hint = Words("请向考务总部索取新签发的文件", "Ask headquarters for one that is signed anew")


class OlderRegister(DocumentRefused):
    """A register of keys that does not come after the one that is here."""

    code = "older-register"
    message = Words(
        "密钥登记表第 {found} 号不比本机的第 {held} 号新",
        "Key register {found} does not come after {held}, which is here",
    )
    hint = Words(
        "本机的登记表继续有效；请向考务总部索取最新的",
        "The one here stays in force; ask headquarters for the newest",
    )


class NotCanonical(DocumentRefused):
    """JSON that our writer would not have written (RFC 8785)."""

    code = "not-canonical"
    message = Words("文件格式不规范：{reason}", "Not in canonical form: {reason}")


class ForOtherPackage(DocumentRefused):
    """A release of codes for another site, session or package than the one that lies here."""

    code = "for-other-package"
    message = Words(
        "放行内容不属于此试卷包：{what} 应为 {expected}，实为 {found}",
        "The release is for another package: {what} {expected} expected, {found} found",
    )
    hint = Words(
        "未采用；请改用电话解锁码，并联系考务总部",
        "It was not used; unlock with the codes by phone and call headquarters",
    )


class WrongKind(DocumentRefused):
    """A document of another kind than asked for."""

    code = "wrong-kind"
    message = Words(
        "文件类型不符：应为 {expected}，实为 {found}",
        "Wrong kind: {expected} expected, {found} found",
    )


class ForOtherSite(DocumentRefused):
    """A package made for another site."""

    code = "for-other-site"
    message = Words(
        "该文件属于考点 {found}，本考点为 {expected}",
        "This is for site {found}; this site is {expected}",
    )
    hint = Words(
        "请向考务总部索取本考点的文件；未作任何改动",
        "Ask headquarters for the one made for this site; nothing was changed",
    )


class CannotOpen(DocumentRefused):
    """Authentic, but none of our keys opens it."""

    code = "cannot-open"
    message = Words("本机密钥无法打开该文件：{reason}", "No key here opens it: {reason}")
    hint = Words("请联系考务总部核对考点登记", "Ask headquarters to check this site's enrolment")


class MalformedCode(UnlockRefused):
    """Not 20 characters of the alphabet."""

    code = "malformed-code"
    message = Words(
        "第 {official} 组解锁码格式不对：{reason}", "Unlock code {official} is malformed: {reason}"
    )
    hint = Words(
        "解锁码共 20 个字符，分 4 段，每段 5 个；请重新听取",
        "A code has 20 characters in 4 groups of 5; hear it again",
    )


class MisheardGroup(UnlockRefused):
    """A group's check character does not fit: misheard or mistyped."""

    code = "misheard-group"
    message = Words(
        "第 {official} 组解锁码的第 {groups} 段听错或输错",
        "Unlock code {official}: group {groups} was misheard",
    )
    hint = Words("请只重新核对这一段", "Hear just that group again")


class OtherOfficialsCode(MisheardGroup):
    """A right code in the place of the other official's: no group fits, all fit over there."""

    code = "other-officials-code"
    message = Words(
        "第 {official} 组解锁码处填的是第 {other} 组解锁码",
        "That is unlock code {other}, in the place of code {official}",
    )
    hint = Words("请交换两组解锁码的位置", "Exchange the two codes")


class WrongUnlockCode(UnlockRefused):
    """Well-formed codes that do not open this package."""

    code = "wrong-unlock-code"
    message = Words("解锁码不属于这份试卷包", "These codes do not belong to this package")
    hint = Words(
        "请核对场次与考点，确认两位负责人读的是同一张解锁单",
        "Check session and site, and that both officials read the same sheet",
    )
