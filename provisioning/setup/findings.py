"""What may be wrong with a machine, in words of a teacher: each with what to do about it. Pure.

docs/reference/doctor.md is made from this list.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from sync.words import Language, Words


class Kind(NamedTuple):
    """One thing that may be wrong."""

    code: str
    says: Words
    remedy: Words
    # `examsite-setup doctor --mend` does it.
    itself: bool = False
    # False: worth knowing, and no reason to stop.
    grave: bool = True


KINDS: dict[str, Kind] = {}


def _kind(code: str, says: Words, remedy: Words, itself: bool = False, grave: bool = True) -> Kind:
    KINDS[code] = Kind(code, says, remedy, itself, grave)
    return KINDS[code]


DISK_SMALL = _kind(
    "disk-small",
    Words("磁盘可用 {free} GiB，至少需要 {least} GiB", "{free} GiB free, {least} GiB needed"),
    Words(
        "换用更大的磁盘，或删除与考试无关的文件", "Use a larger disk, or delete what is not ours"
    ),
)
CLOCK_WRONG = _kind(
    "clock-wrong",
    Words("系统时钟显示 {date}", "The clock says {date}"),
    Words(
        "按手表校准：sudo date -s '2026-11-22 08:00'；每次开机都错时请更换主板电池",
        "Set it by a watch: sudo date -s '2026-11-22 08:00'; wrong after each start: a new battery",
    ),
)
CLOCK_BEHIND = _kind(
    "clock-behind",
    Words(
        "系统时钟 {date} 早于最近一次保存 {last}",
        "The clock, {date}, is before the last save, {last}",
    ),
    CLOCK_WRONG.remedy,
)
NO_CARD = _kind(
    "no-card",
    Words("没有找到网卡", "No network card found"),
    Words(
        "请检查网卡；装有网卡时是缺少驱动（non-free-firmware）",
        "See whether there is one; if so, its driver is missing (non-free-firmware)",
    ),
)
NO_ADDRESS = _kind(
    "no-address",
    Words("网卡没有地址", "No network card has an address"),
    Words(
        "把网线接到考场交换机；考场没有路由器时，由本机自定地址（安装时的问题，或答案 address）",
        "Plug in the cable to the room's switch; in a room without a router give this machine its"
        " own address (asked by apply; in a file: address)",
    ),
)
PORT_TAKEN = _kind(
    "port-taken",
    Words("端口 {port} 已被 {by} 占用", "Port {port} belongs to {by}"),
    Words(
        "停用它：sudo systemctl disable --now {unit}",
        "Stop it: sudo systemctl disable --now {unit}",
    ),
)
OTHER_DHCP = _kind(
    "other-dhcp",
    Words("网络中已有设备 {server} 在分配地址", "{server} lends addresses on this network already"),
    Words(
        "二者只留其一：本机不分配地址（答案中去掉 dhcp），或关闭那台设备的 DHCP",
        "Only one may: leave dhcp out of the answers, or switch DHCP off in that device",
    ),
)
FEW_CORES = _kind(
    "few-cores",
    Words("处理器只有 {cores} 核", "Only {cores} processor core"),
    Words("三十个以上座位请换用双核机器", "For more than thirty seats use a machine with two"),
    grave=False,
)
LITTLE_MEMORY = _kind(
    "little-memory",
    Words("内存只有 {mib} MiB", "Only {mib} MiB of memory"),
    Words("建议 2 GiB 以上", "2 GiB or more are better"),
    grave=False,
)
UPGRADE_OPEN = _kind(
    "upgrade-open",
    Words("升级到 {after} 中断了", "The upgrade to {after} was cut off"),
    Words("检查新版本，不正常就换回旧版本", "See whether it serves, else return to the one before"),
    itself=True,
)
UPGRADE_STUCK = _kind(
    "upgrade-stuck",
    Words(
        "升级到 {after} 失败，旧版本也没有恢复", "Release {after} failed, and so did the one before"
    ),
    Words(
        "请改用备用服务器，并把 journalctl -u examsite-web 的内容告诉总部",
        "Go on with the second server; tell headquarters what journalctl -u examsite-web says",
    ),
)
DISK_FULL = _kind(
    "disk-nearly-full",
    Words("磁盘只剩 {free} MiB", "Only {free} MiB of disk are left"),
    Words(
        "清理旧日志和已下载的软件包；仍不够时删除与考试无关的文件",
        "Old logs and fetched packages go; if that is not enough, delete what is not ours",
    ),
    itself=True,
)
BACKUP_OLD = _kind(
    "backup-old",
    Words("最近的加密备份是 {hours} 小时前的", "The last sealed copy is {hours} hours old"),
    Words("现在备份一次", "Make one now"),
    itself=True,
)
NO_RECOVERY = _kind(
    "no-recovery-key",
    Words("没有恢复密钥，因此没有加密备份", "No recovery key, so no sealed copies are made"),
    Words(
        "运行 sudo -u examsite examsite recovery make，把打印的密钥锁好",
        "Run sudo -u examsite examsite recovery make, and lock the printed secret away",
    ),
    grave=False,
)
HQ_AWAY = _kind(
    "headquarters-away",
    Words("连不上考务总部 {address}：{why}", "Headquarters at {address} cannot be reached: {why}"),
    Words(
        "考试不受影响，恢复后自动继续；也可用 U 盘。{how}",
        "No sitting is affected; it goes on by itself, or use a stick. {how}",
    ),
    grave=False,
)
NOT_ENROLLED = _kind(
    "not-enrolled",
    Words("本机尚未登记，还不能开考", "Not enrolled: no sitting can be held yet"),
    Words(
        "拿到总部登记包后再次运行 sudo examsite-setup apply；丢失时请总部撤销并重新发放",
        "Run sudo examsite-setup apply again with headquarters' bundle; if it is lost, headquarters"
        " withdraws it and makes another",
    ),
    grave=False,
)
CERTIFICATE_ENDS = _kind(
    "certificate-ends",
    Words("HTTPS 证书 {until} 到期", "The HTTPS certificate ends on {until}"),
    Words("更新证书；考试机不用改动", "Renew it; student machines need nothing"),
    itself=True,
)
CERTIFICATE_ELSEWHERE = _kind(
    "certificate-elsewhere",
    Words(
        "HTTPS 证书中没有本机现在的地址 {missing}", "The HTTPS certificate does not say {missing}"
    ),
    CERTIFICATE_ENDS.remedy,
    itself=True,
)
# Of the steps: what it looks like when one is not as it should be.
STEP_KINDS = {
    step: _kind(step, says, remedy, itself=True)
    for step, says, remedy in (
        (
            "host-name",
            Words("本机名称与设定不同", "This machine bears another name than it should"),
            Words("改回设定的名称", "Give it its name"),
        ),
        (
            "folders",
            Words("数据文件夹的属主或权限不对：{what}", "Owner or mode is wrong: {what}"),
            Words("恢复属主和权限；内容不变", "Set both right; what is in them stays"),
        ),
        (
            "keys",
            Words(
                "考点密钥没有按设定封存，或封存的密钥打不开",
                "The site's keys are not sealed as they should be, or do not open",
            ),
            Words(
                "重新封存；打不开时请用密封副本在本机接管，或重新登记",
                "Seal them; if they do not open here, adopt the sealed copy or enrol anew",
            ),
        ),
        (
            "address",
            Words("网卡没有设定的地址", "The card has not the address that it should"),
            Words("重新设置地址；先检查网线", "Set it; first look at the cable"),
        ),
        (
            "time",
            Words("时间服务没有运行，各机时间可能不一致", "The room's time service does not run"),
            Words("重新设置并启动 chrony", "Set up chrony and start it"),
        ),
        (
            "firewall",
            Words("防火墙没有生效", "The firewall is not loaded as it should be"),
            Words("重新载入规则", "Load its rules"),
        ),
        (
            "logs",
            Words("日志没有限额，可能占满磁盘", "Logs have no bound and may fill the disk"),
            Words("恢复限额", "Set the bound"),
        ),
        (
            "names",
            Words("名称和地址服务没有运行，考试机打不开页面", "Names and addresses are not served"),
            Words("重新设置并启动 examsite-names", "Set up examsite-names and start it"),
        ),
        (
            "enrolment",
            Words("登记没有完成", "The enrolment has not ended"),
            Words("再问一次总部；六个词要在电话里核对", "Ask once more; the six words go by phone"),
        ),
        (
            "rooms",
            Words("考场座位表没有导入", "The room plan was not taken in"),
            Words("导入座位表", "Take it in"),
        ),
        (
            "trust",
            Words("没有可用的 HTTPS 证书", "There is no HTTPS certificate that serves"),
            Words("制作证书", "Make it"),
        ),
        (
            "front",
            Words(
                "HTTPS 前端 HAProxy 没有运行，考试机打不开页面",
                "The front, HAProxy, does not serve",
            ),
            Words("重新设置并启动 HAProxy", "Set up HAProxy and start it"),
        ),
        (
            "services",
            Words(
                "考试服务没有运行或开机不会自动运行：{what}",
                "Does not run, or not from boot on: {what}",
            ),
            Words("启用并启动", "Enable and start it"),
        ),
    )
}


class Finding(NamedTuple):
    """One thing that is wrong here and now."""

    kind: Kind
    facts: dict[str, Any]
    mend: Callable[[], object] | None = None

    def says(self, language: Language) -> str:
        """What is wrong."""
        return self.kind.says.fill(**self.facts).in_(language)

    def remedy(self, language: Language) -> str:
        """What to do."""
        return self.kind.remedy.fill(**self.facts).in_(language)

    def line(self, language: Language) -> str:
        """Both on one line."""
        return f"{self.says(language)} → {self.remedy(language)}"


def found(kind: Kind, **facts: Any) -> Finding:
    """That, with these figures; nobody mends it but a person."""
    return Finding(kind, facts)
