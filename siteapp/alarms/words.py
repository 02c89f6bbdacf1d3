"""What an alarm is called, and what to do about it."""

from typing import Final, NamedTuple

from sync.readiness.catalogue import CATALOGUE
from sync.words import Words


class Said(NamedTuple):
    """An alarm in words; `link` is where it is seen to."""

    title: Words
    how: Words
    link: str


_OWN: Final = {
    "disk-short": Said(
        Words("磁盘空间不足以保存作答", "The disk has no room for all answers"),
        Words(
            "立即腾出空间：移走数据文件夹以外的文件，或更换磁盘；考试继续，页面保留作答",
            "Free some now: move away what is not in the data folder; pages keep their answers",
        ),
        "/admin",
    ),
    "disk-low": Said(
        Words("磁盘空间偏低", "The disk runs low"),
        Words(
            "日志、导入或打包已让位于作答；腾出空间后自动恢复",
            "Log lines, imports or batches gave way to answers; they resume when there is room",
        ),
        "/admin",
    ),
    "upload-refused": Said(
        Words("总部拒收数据包", "Headquarters refused a batch"),
        Words(
            "在“数据传送”查看原因，与总部核对后用 `examsite send-again` 重新传送",
            "Read why on Deliveries; once it is put right: `examsite send-again`",
        ),
        "/admin/deliveries",
    ),
    "upload-stuck": Said(
        Words("成绩数据久未送达", "Results have waited long"),
        Words(
            "检查外网和传送服务；考试不受影响，也可用 U 盘送交",
            "Look at the line and the courier; the sitting is not touched; a stick will do too",
        ),
        "/admin/deliveries",
    ),
    "spare-behind": Said(
        Words("备用服务器没有跟上", "The second server does not keep up"),
        Words(
            "检查备用服务器的电源和网线；恢复后自动补齐",
            "Look at its power and cable; it catches up by itself",
        ),
        "/admin",
    ),
    "copy-failed": Said(
        Words("加密副本没有写成", "The sealed copy was not written"),
        Words("检查 U 盘是否插好、是否已满", "Is the stick in, and has it room?"),
        "/admin",
    ),
    "front-away": Said(
        Words("HTTPS 前端没有应答", "The HTTPS front does not answer"),
        Words(
            "运行 `systemctl restart haproxy`；其间考试机可改用普通 HTTP 地址",
            "`systemctl restart haproxy`; meanwhile machines may use the plain HTTP address",
        ),
        "/admin/readiness",
    ),
    "camera-lost": Said(
        Words("摄像设备没有画面", "A camera gives no picture"),
        Words("到“监控”页面查看原因", "See why on the page Cameras"),
        "/admin/cameras",
    ),
    "clock-moved": Said(
        Words("服务器时钟被改动", "The server's clock was moved"),
        Words(
            "考生剩余时间不受影响；核对日期和时间后确认",
            "No remaining time has changed; compare date and time, then acknowledge",
        ),
        "/admin/readiness",
    ),
}


def words_of(alarm: str) -> Said:
    """An alarm in words; those of the readiness report keep the words they have there."""
    if alarm in _OWN:
        return _OWN[alarm]
    check = CATALOGUE[alarm]
    return Said(check.title, check.how, "/admin/readiness")


OWN = tuple(_OWN)
