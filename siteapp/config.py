"""One settings table: name, default, meaning. `settings.toml` in the data folder overrides it."""

import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from sync.errors import InputRefused
from sync.words import Words

MAX_PORT = 65_535
# Where the front asks from.
LOOPBACK = ("127.0.0.1", "::1")
# Texts of which only some mean anything.
SHAPES = {
    "readmit": (r"on|off", Words("readmit 只能是 on 或 off", "readmit is on or off")),
    "check_in": (r"on|off", Words("check_in 只能是 on 或 off", "check_in is on or off")),
    "announce": (r"on|off", Words("announce 只能是 on 或 off", "announce is on or off")),
    "cameras_required": (
        r"on|off",
        Words("cameras_required 只能是 on 或 off", "cameras_required is on or off"),
    ),
    "room_host": (
        r"[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?\.local",
        Words("room_host 形如 exam.local", "room_host is a name like exam.local"),
    ),
}


class SettingsRefused(InputRefused):
    """The settings file names an unknown setting or gives a wrong type."""

    code = "settings-refused"
    message = Words(
        "设置文件有 {count} 处问题：{path}", "{count} problems in the settings file {path}"
    )
    hint = Words("请按所列逐条更正", "Correct each one listed")


class Setting(NamedTuple):
    """One line of the table; the default's type is the setting's type."""

    name: str
    default: str | int
    meaning: Words


SETTINGS = (
    Setting("host", "127.0.0.1", Words("监听地址", "address to listen on")),
    Setting("port", 8500, Words("监听端口", "port to listen on")),
    Setting("headquarters", "", Words("考务总部地址", "address of headquarters")),
    Setting(
        "threads",
        64,
        Words(
            "同时处理的请求数；也是一次落盘最多合并的作答数",
            "requests at once; caps a group of saves",
        ),
    ),
    Setting(
        "queue_limit",
        2000,
        Words("等待落盘的上限，超过则请稍后重试", "most saves waiting for the disk"),
    ),
    Setting(
        "connections_per_machine",
        128,
        Words(
            "同一地址最多同时连接数；考试机经路由器共用一个地址时需调大",
            "most connections from one address; raise it where machines share one",
        ),
    ),
    Setting(
        "front",
        "",
        Words(
            "本机 HTTPS 前端（HAProxy）连接本服务所用的地址，如 127.0.0.1；没有前端则留空",
            "address from which the HTTPS front (HAProxy) on this machine asks, 127.0.0.1 for one;"
            " empty without a front",
        ),
    ),
    Setting(
        "batch_seconds",
        300,
        Words("考试中每隔多少秒打包一次成绩数据", "seconds between result batches"),
    ),
    Setting(
        "courier_seconds",
        20,
        Words("传送服务最多间隔多少秒", "longest pause of the courier, seconds"),
    ),
    Setting(
        "reserve_mib", 200, Words("必须保留的磁盘空间（MiB）", "free disk kept in reserve, MiB")
    ),
    Setting(
        "candidate_reserve_kib",
        1024,
        Words(
            "开考前为每位考生每科预留的作答空间（KiB）",
            "room reserved for the answers of one attempt, KiB",
        ),
    ),
    Setting("upload_mib", 200, Words("单个上传文件的上限（MiB）", "largest uploaded file, MiB")),
    Setting(
        "upload_quota_mib",
        1000,
        Words("每位考生每科上传总量的上限（MiB）", "most that one attempt may upload in all, MiB"),
    ),
    Setting(
        "upload_parts",
        4,
        Words("同时写入的文件分段数，每位考生一次一段", "parts of files written at once"),
    ),
    Setting(
        "upload_mib_per_s",
        20,
        Words(
            "全考场文件上传的总速度上限（MiB/秒），使保存答案不变慢",
            "most that all uploads bring in a second, MiB, so that saves stay quick",
        ),
    ),
    Setting(
        "standby_wait_ms",
        2000,
        Words(
            "等待备用服务器落盘确认的最长时间（毫秒），超过则暂由本机单独运行",
            "longest wait for the second server's disk, ms; then this one goes on alone",
        ),
    ),
    Setting(
        "announce",
        "on",
        Words(
            "在考场网络中自动公布本服务器（on 或 off）",
            "announce this server on the room's network: on or off",
        ),
    ),
    Setting(
        "room_host",
        "exam.local",
        Words(
            "考试机访问本服务器所用的名称，以 .local 结尾",
            "the name under which student machines reach this server, ending in .local",
        ),
    ),
    Setting(
        "backup_folder",
        "",
        Words("自动写入加密副本的文件夹（如 U 盘）", "folder for sealed copies, a stick for one"),
    ),
    Setting(
        "backup_seconds", 60, Words("每隔多少秒写一份副本", "seconds between two sealed copies")
    ),
    Setting(
        "extend_alone_minutes",
        30,
        Words(
            "一人可为一名考生人工补时的合计上限（分钟），超过须两人",
            "most that one person gives a candidate by hand, minutes; more needs a second",
        ),
    ),
    Setting(
        "late_minutes",
        15,
        Words(
            "首名考生开考多少分钟后，迟到考生须监考员准入",
            "so long after the first start a late-comer needs an invigilator's leave, minutes",
        ),
    ),
    Setting(
        "readmit",
        "off",
        Words(
            "作答中的考生在另一台机器登录须监考员给准入码（on 或 off）",
            "who is writing needs a code from an invigilator at another machine: on or off",
        ),
    ),
    Setting(
        "look_from",
        3,
        Words(
            "考生切屏达到多少次时提示监考员查看（不自动处理）",
            "from so many times that a page was left the wall asks for a look; nothing follows",
        ),
    ),
    Setting(
        "check_in",
        "off",
        Words(
            "监考员核验身份后方可开考（on 或 off）",
            "nobody starts before an invigilator has compared the face: on or off",
        ),
    ),
    Setting("sign_in_tries", 5, Words("连续输错多少次后开始等待", "wrong sign-ins before a wait")),
    Setting(
        "staff_idle_minutes",
        240,
        Words("工作人员登录有效时间（分钟）", "a staff sign-in lasts, minutes"),
    ),
    Setting(
        "readiness_hours",
        24,
        Words("考前检查报告多少小时内有效", "a readiness report counts for so many hours"),
    ),
    Setting("check_chromium", 86, Words("Chromium 内核最低版本", "oldest Chromium")),
    Setting("check_firefox", 98, Words("Firefox 最低版本", "oldest Firefox")),
    Setting("check_width", 1366, Words("屏幕宽度下限（像素）", "screen at least so wide, px")),
    Setting("check_height", 768, Words("屏幕高度下限（像素）", "screen at least so high, px")),
    Setting("check_cores", 2, Words("考试机核心数下限", "machine: cores at least")),
    Setting("check_memory_mib", 2048, Words("考试机内存下限（MiB）", "machine: memory at least")),
    Setting(
        "check_storage_mib", 500, Words("浏览器存储下限（MiB）", "browser storage at least, MiB")
    ),
    Setting("check_round_trip_ms", 50, Words("往返时间上限（毫秒）", "round trip at most, ms")),
    Setting("check_jitter_ms", 30, Words("网络抖动上限（毫秒）", "jitter at most, ms")),
    Setting("check_loss_percent", 1, Words("请求丢失上限（%）", "lost requests at most, %")),
    Setting(
        "check_down_kbit", 10_000, Words("下载速度下限（kbit/s）", "download at least, kbit/s")
    ),
    Setting("check_up_kbit", 1_000, Words("上传速度下限（kbit/s）", "upload at least, kbit/s")),
    Setting(
        "check_clock_s", 60, Words("考试机时钟偏差上限（秒）", "machine's clock off at most, s")
    ),
    Setting(
        "check_full_load_ms",
        10_000,
        Words("全员同时下载时每台用时上限（毫秒）", "all at once: each machine at most, ms"),
    ),
    Setting(
        "check_blob_kib",
        1024,
        Words("测速所取数据的大小（KiB）", "bytes that a machine pulls to measure, KiB"),
    ),
    Setting(
        "check_machine_disk_mib",
        1024,
        Words("考试机系统盘剩余下限（MiB，座位程序）", "machine: free disk at least, MiB (agent)"),
    ),
    Setting(
        "check_machine_load_percent",
        80,
        Words("考试机处理器负载上限（%，座位程序）", "machine: load at most, % (agent)"),
    ),
    Setting(
        "check_battery_percent",
        80,
        Words("未插电的考试机电量下限（%）", "machine off the mains: charge at least, %"),
    ),
    Setting(
        "check_displays", 1, Words("考试机显示器数量上限", "machine: displays at most (agent)")
    ),
    Setting(
        "check_zone_minutes",
        480,
        Words("考试机时区（相对 UTC 的分钟数）", "machine: time zone, minutes from UTC (agent)"),
    ),
    Setting("check_sync_ms", 20, Words("落盘中位时间上限（毫秒）", "usual sync at most, ms")),
    Setting(
        "check_sync_worst_ms", 500, Words("落盘最长时间上限（毫秒）", "worst sync at most, ms")
    ),
    Setting(
        "check_server_memory_mib",
        500,
        Words("服务器可用内存下限（MiB）", "server: memory at least"),
    ),
    Setting("check_load_percent", 80, Words("服务器负载上限（%）", "server: load at most, %")),
    Setting(
        "check_temperature_c", 80, Words("服务器温度上限（°C）", "server: degrees Celsius at most")
    ),
    Setting("check_link_mbit", 100, Words("服务器网口速率下限（Mbit/s）", "link at least, Mbit/s")),
    Setting(
        "check_spare_percent",
        10,
        Words("备用机占座位的百分比下限", "spares at least, % of the seats"),
    ),
    Setting(
        "cameras_required",
        "off",
        Words(
            "座位没有可用的摄像机覆盖时不算就绪（on 或 off）",
            "a seat that no working camera covers keeps the site from being ready: on or off",
        ),
    ),
    Setting(
        "check_camera_s",
        12,
        Words("从一台摄像机取画面最多用时（秒）", "longest wait for a camera's picture, s"),
    ),
    Setting(
        "check_camera_pause_s",
        3,
        Words("两帧画面相隔（秒），须小于上一项", "between a camera's two frames, s; below that"),
    ),
    Setting(
        "check_camera_light", 40, Words("画面亮度下限（0–255）", "picture's light at least, of 255")
    ),
    Setting(
        "check_camera_focus",
        20,
        Words("画面清晰度下限（‰）", "picture's sharpness at least, in 1000"),
    ),
    Setting(
        "check_camera_change",
        20,
        Words("两帧差异下限（千分之一级亮度）", "frames differ at least, 1/1000 of a level"),
    ),
    Setting(
        "check_camera_clock_s",
        30,
        Words("摄像机时钟偏差上限（秒）", "camera's clock off at most, s"),
    ),
    Setting(
        "check_recorder_days",
        30,
        Words("录像机保存录像的天数下限", "a recorder holds recordings of days at least"),
    ),
    Setting("stills_kept", 4, Words("每台摄像机保留的画面张数", "pictures kept of each camera")),
    Setting("stills_days", 7, Words("画面保留天数", "pictures are deleted after days")),
    Setting(
        "stills_every_s",
        300,
        Words(
            "监考员查看时每隔多少秒更新画面",
            "while somebody watches, the pictures are taken anew after so many seconds",
        ),
    ),
    Setting(
        "drill_ack_ms",
        2_000,
        Words(
            "演练满负荷时最慢百分之一的保存用时上限（毫秒）",
            "drill under full load: the slowest hundredth of the saves at most, ms",
        ),
    ),
    Setting("drill_days", 30, Words("演练结果有效天数", "days for which a drill's outcome counts")),
)


class Settings:
    """The values in force; `settings["port"]`."""

    def __init__(self, values: dict[str, str | int]) -> None:
        self._values = {s.name: s.default for s in SETTINGS} | values

    @classmethod
    def load(cls, folder: Path) -> "Settings":
        """Read `settings.toml` if it is there; every problem is listed."""
        path = folder / "settings.toml"
        if not path.exists():
            return cls({})
        try:
            given = tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsRefused([Words(str(error), str(error))], path=path) from None
        problems = [p for name, value in given.items() if (p := _problem(name, value))]
        if problems:
            raise SettingsRefused(problems, path=path)
        return cls(given)

    def number(self, name: str) -> int:
        """A setting that is a number."""
        return int(self._values[name])

    def text(self, name: str) -> str:
        """A setting that is text."""
        return str(self._values[name])


def _problem(name: str, value: Any) -> Words | None:
    known = {s.name: s for s in SETTINGS}
    if name not in known:
        return Words(f"没有这项设置：{name}", f"no such setting: {name}")
    if type(value) is not type(known[name].default):
        return Words(f"{name} 的类型不对", f"{name} has the wrong type")
    if name == "front" and value not in ("", *LOOPBACK):
        # Whoever may name another machine's address has no limits.
        return Words("front 只能是本机地址", "front must be an address of this machine")
    if name in SHAPES and not re.fullmatch(SHAPES[name][0], str(value)):
        return SHAPES[name][1]
    if not isinstance(value, int):
        return None
    if value <= 0:
        return Words(f"{name} 必须大于 0", f"{name} must be above 0")
    if name == "port" and value > MAX_PORT:
        return Words(f"{name} 最大为 {MAX_PORT}", f"{name} must be at most {MAX_PORT}")
    return None
