"""Errors of enrolment. Headquarters raises those of EnrolmentRefused, and the box says them again.

DocumentRefused    BundleAltered  OtherRoot
NotAllowed ── EnrolmentRefused ── UnknownToken  InvitationForOtherSite  InvitationExpired
              InvitationWithdrawn  InvitationUsed  InvitationWaits  SiteHasABox  RequestTurnedAway
InputRefused       WordUnknown  WordsMiscounted  BundleRefused
NotNow             EnrolmentKeyMissing
AlreadyInitialised ── AlreadyEnrolled
NotAllowed         SecondPersonNeeded  WordsDiffer
"""

from sync.errors.branches import DocumentRefused, ExamError, InputRefused, NotAllowed, NotNow
from sync.errors.machine import AlreadyInitialised
from sync.words import Words


class AlreadyEnrolled(AlreadyInitialised):
    """This box has a site's certificate."""

    code = "already-enrolled"
    message = Words(
        "本服务器已经登记，数据文件夹：{folder}", "This server is enrolled already: {folder}"
    )
    hint = Words(
        "无需再次登记。更换服务器时，请在新服务器上使用总部签发的更换登记包；"
        "试用另一考点时用 --data 指定其他文件夹",
        "Nothing to do. To replace a server, run this on the new one with headquarters' bundle for"
        " a replacement; for another site say another folder with --data",
    )


class BundleAltered(DocumentRefused):
    """A bundle that is not as headquarters made it."""

    code = "bundle-altered"
    message = Words(
        "登记包与总部签发的不一致", "The enrolment bundle is not as headquarters made it"
    )
    hint = Words(
        "请重新复制或扫描；若仍如此，请总部作废并重新签发",
        "Copy or scan it again; if that does not help, headquarters makes a new one",
    )


class OtherRoot(DocumentRefused):
    """Another headquarters than the one that the bundle names."""

    code = "other-root"
    message = Words(
        "根密钥不符：登记包与总部不是同一家",
        "Another root key: the bundle and this headquarters do not belong together",
    )
    hint = Words(
        "请停止登记，核对登记包来源和总部地址，并致电总部",
        "Stop; check where the bundle came from and the address, and call headquarters",
    )


class EnrolmentRefused(NotAllowed):
    """Headquarters gives this box no certificate."""

    code = "enrolment-refused"
    # To a box 401 and 403 say that some proof was not accepted; these are refusals for good.
    http_status = 409
    message = Words("总部未予登记", "Headquarters does not enrol this box")


class UnknownToken(EnrolmentRefused):
    """No invitation of headquarters has this token."""

    code = "unknown-token"
    message = Words("总部没有签发过这个登记令牌", "Headquarters never gave out this token")
    hint = Words(
        "请核对登记包是否完整、总部地址是否正确", "Check the bundle and headquarters' address"
    )


class InvitationForOtherSite(EnrolmentRefused):
    """The token was given to another site."""

    code = "invitation-for-other-site"
    message = Words("登记令牌属于另一考点", "The token was given to another site")
    hint = Words("请使用本考点的登记包", "Use the bundle that was made for this site")


class InvitationExpired(EnrolmentRefused):
    """The bundle came too late, by headquarters' clock."""

    code = "invitation-expired"
    message = Words("登记包已过有效期", "The enrolment bundle has expired")
    hint = Words("请总部重新签发", "Ask headquarters for a new one")


class InvitationWithdrawn(EnrolmentRefused):
    """Headquarters has taken the bundle back."""

    code = "invitation-withdrawn"
    message = Words("登记包已被总部作废", "Headquarters has withdrawn the enrolment bundle")
    hint = Words("请致电总部，需要时重新签发", "Call headquarters; it can make a new one")


class InvitationUsed(EnrolmentRefused):
    """Another box came with this token before."""

    code = "invitation-used"
    message = Words(
        "这个登记包已被另一台服务器使用", "Another server has used this enrolment bundle before"
    )
    hint = Words(
        "请立即致电总部：总部已记录本次申请；若不是贵校的另一台服务器，说明登记包已泄露",
        "Call headquarters at once: this is on record there. If the other is not yours, the"
        " bundle has leaked",
    )


class InvitationWaits(EnrolmentRefused):
    """A replacement that a second officer has not allowed yet."""

    code = "invitation-waits"
    message = Words(
        "更换服务器尚待总部第二人批准", "A second officer has not allowed this replacement yet"
    )
    hint = Words("请致电总部，批准后再试", "Call headquarters, then try again")


class SiteHasABox(EnrolmentRefused):
    """The site has a certified server, and nobody allowed to replace it."""

    code = "site-has-a-box"
    message = Words(
        "本考点已有登记过的服务器，不能再登记第二台",
        "This site has an enrolled server; a second one is refused",
    )
    hint = Words(
        "如确需更换服务器，请致电总部办理更换（两人批准）",
        "To replace the server call headquarters: two officers allow it",
    )


class RequestTurnedAway(EnrolmentRefused):
    """The six words were compared and differed too often."""

    code = "request-turned-away"
    message = Words("六个词多次核对不符，总部已拒绝", "The six words differed; turned away")
    hint = Words("请总部重新签发登记包后再试", "Ask headquarters for a new bundle")


class WordUnknown(InputRefused):
    """Not six words of the list."""

    code = "word-unknown"
    message = Words("不是六个词表中的词：{word}", "Not six words of the list: {word}")
    hint = Words(
        "请对方逐字组词重说（如“杯子的杯”），中英文均可",
        "Hear the words again one by one; English or Chinese",
    )


class WordsMiscounted(WordUnknown):
    """Fewer words than six, or more."""

    code = "words-miscounted"
    message = Words("填写了 {given} 个词，应为 {wanted} 个", "{given} words instead of {wanted}")


class BundleRefused(InputRefused):
    """An enrolment bundle that no box could read."""

    code = "bundle-refused"
    message = Words(
        "不能这样签发登记包：{name}，{address}", "No bundle can be made of this: {name}, {address}"
    )
    hint = Words(
        "学校名称 1–80 个字；总部地址以 http:// 或 https:// 开头，不含空格和汉字",
        "A name of 1–80 characters, an address that begins with http:// or https://, in ASCII",
    )


class EnrolmentKeyMissing(NotNow):
    """No key here signs certificates of sites."""

    code = "enrolment-key-missing"
    message = Words("还没有可用的登记密钥", "There is no key that enrols sites")
    hint = Words(
        "请插入根密钥的 U 盘，运行 examhq keys rotate enrolment",
        "With the root key's stick: examhq keys rotate enrolment",
    )


class SecondPersonNeeded(NotAllowed):
    """The one who asked for it allows it too."""

    code = "second-person-needed"
    message = Words(
        "{who} 已发起，须由另一人批准", "{who} asked for it; another person must allow it"
    )
    hint = Words(
        "请另一位考务人员用自己的账号批准", "Another exam officer allows it, by their own account"
    )


class WordsDiffer(NotAllowed):
    """What the site read out is not what its request here says."""

    code = "words-differ"
    message = Words("第 {places} 个词不一致", "Differing words: {places}")
    hint = Words(
        "请逐字重新核对；若确实不同，来申请的不是对方的服务器：请作废登记包",
        "Hear them again. If they do differ, the request is not from their box: withdraw the"
        " invitation",
    )


REFUSALS: dict[str, type[ExamError]] = {
    kind.code: kind
    for kind in (
        BundleAltered, OtherRoot, UnknownToken, InvitationForOtherSite, InvitationExpired,
        InvitationWithdrawn, InvitationUsed, InvitationWaits, SiteHasABox, RequestTurnedAway,
    )
}  # fmt: skip
