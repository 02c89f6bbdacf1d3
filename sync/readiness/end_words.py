"""The words of what ends at a time: headquarters' keys, and the certificate of the HTTPS front."""

from typing import Final

from sync.readiness.check_words import ADMINISTRATOR, HEADQUARTERS, Check
from sync.words import Words

ENDS: Final = (
    Check(
        "key-end",
        False,
        "d",
        Words("总部密钥剩余天数", "Headquarters' keys: days left"),
        Words(
            "到期的密钥总部不再使用；考点没有新的密钥登记表，就读不懂新的解锁消息和回执",
            "Headquarters stops using a key at its end; a site without the newer register cannot"
            " read what the next key signs",
        ),
        HEADQUARTERS,
        Words(
            "联网一次，或用 U 盘带来新的密钥登记表；没有新表时请总部更换密钥",
            "Connect once, or bring the newer register by stick; if there is none, headquarters"
            " changes the key",
        ),
    ),
    Check(
        "register-age",
        False,
        "d",
        Words("密钥登记表签发天数", "Register of keys: its age"),
        Words(
            "登记表太旧的考点不知道哪些密钥后来被吊销",
            "A site with an old register does not know which keys were revoked since",
        ),
        ADMINISTRATOR,
        Words(
            "联网一次，或用 U 盘带来新的密钥登记表",
            "Connect once, or bring the newer register by stick",
        ),
    ),
    Check(
        "front-certificate",
        False,
        "d",
        Words("HTTPS 证书剩余天数", "HTTPS certificate: days left"),
        Words(
            "证书到期后，考试机的浏览器拒绝打开页面；本项向前端实际取得证书来检查",
            "Past its end browsers refuse the pages; this is read from what the front really shows",
        ),
        ADMINISTRATOR,
        Words(
            "更换前端证书（haproxy）并重新加载；也请核对服务器时钟",
            "Give the front (haproxy) a new certificate and reload it; look at the clock too",
        ),
    ),
)
