"""Errors of the site: two servers, and copies where there is one."""

from sync.errors import InputRefused, NotNow
from sync.words import Words


class ServerFenced(NotNow):
    """Another server took over; this one answers nothing any more."""

    code = "server-fenced"
    http_status = 503
    message = Words(
        "本服务器已停用：{address} 已接管考试（第 {server_term} 任）",
        "This server is retired: {address} took over (server term {server_term})",
    )
    hint = Words(
        "请改用新服务器；不要重启本机，它比新服务器多出的记录用 examsite standby fork 查看",
        "Use the new server; what only this one has is listed by examsite standby fork",
    )


class SpareNotPromoted(NotNow):
    """This server only follows another one."""

    code = "spare-not-promoted"
    http_status = 503
    message = Words(
        "这是备用服务器，考试在 {address} 上进行",
        "This is the spare; the sitting runs on {address}",
    )
    hint = Words(
        "主服务器失效时，由主监考员和另一人执行 examsite standby promote",
        "If that server is dead, the chief and a second person run examsite standby promote",
    )


class NotPaired(NotNow):
    """There is no second server, or this is the other one of the two."""

    code = "not-paired"
    message = Words("本机没有作为{role}配对", "This server is not paired as the {role}")
    hint = Words(
        "先在主服务器上运行 examsite standby offer，再在备用服务器上运行 examsite standby pair",
        "Run examsite standby offer on the primary, then examsite standby pair on the spare",
    )


class NotItsBeginning(NotNow):
    """Each of two paired servers has what the other lacks; neither takes the other's record."""

    code = "servers-apart"
    message = Words(
        "备用服务器的记录（第 {position} 次写入）不是主服务器记录的开头",
        "The spare's record (commit {position}) is not the beginning of the primary's",
    )
    hint = Words(
        "两台都不要删除：主服务器可能丢了数据。要么让备用服务器接管（examsite standby promote），"
        "要么用新的空文件夹重新配对",
        "Delete neither, for the primary may have lost something: promote the spare, or pair anew"
        " with a new empty folder",
    )


class PairingRefused(NotNow):
    """No pairing is offered, the code is wrong, or its time is over."""

    code = "pairing-refused"
    message = Words("未能配对：{reason_zh}", "Not paired: {reason_en}")
    hint = Words(
        "请在主服务器上重新运行 examsite standby offer，用新的配对码",
        "Run examsite standby offer on the primary again and use its new code",
    )


class RecoveryRefused(InputRefused):
    """The recovery secret is not one."""

    code = "recovery-refused"
    message = Words("恢复密钥不正确：{reason_zh}", "Not a recovery secret: {reason_en}")
    hint = Words("请对照纸上的恢复密钥重新输入", "Type it again from the paper")
