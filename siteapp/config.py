"""One settings table: name, default, meaning. `settings.toml` in the data folder overrides it."""

import re
import tomllib
from pathlib import Path
from typing import Any

from siteapp.check_settings import CHECKS, Setting
from sync.errors import InputRefused
from sync.words import Words

MAX_PORT = 65_535
# Where the front asks from.
LOOPBACK = ("127.0.0.1", "::1")
# Linux takes 107 bytes of a socket's path (unix(7)).
FRONT_SOCKET = re.compile(r"unix:/[\w./-]{1,106}", re.ASCII)
# Texts of which only some mean anything.
SHAPES = {
    "readmit": (r"on|off", Words("readmit 只能是 on 或 off", "readmit is on or off")),
    "check_in": (r"on|off", Words("check_in 只能是 on 或 off", "check_in is on or off")),
    "announce": (r"on|off", Words("announce 只能是 on 或 off", "announce is on or off")),
    "check_sound": (r"auto|on|off", Words("check_sound 只能是 auto、on 或 off", "auto, on or off")),
    "check_camera": (r"on|off", Words("check_camera 只能是 on 或 off", "check_camera: on or off")),
    "check_seb": (r"on|off", Words("check_seb 只能是 on 或 off", "check_seb is on or off")),
    "seb_config_key": (
        r"([0-9a-f]{64})?",
        Words("seb_config_key 是 64 位十六进制数", "seb_config_key is 64 hexadecimal digits"),
    ),
    "seb_sittings": (
        r"([a-z0-9][a-z0-9-]*( [a-z0-9][a-z0-9-]*)*)?",
        Words("seb_sittings 是科目编号或 all", "seb_sittings: ids of sittings, or all"),
    ),
    "seb_address": (
        r"(https?://[A-Za-z0-9.:\[\]-]+)?",
        Words("seb_address 形如 https://exam.local", "seb_address is like https://exam.local"),
    ),
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
            "本机 HTTPS 前端（HAProxy）连接本服务的方式：unix:套接字路径（本服务即在此监听，不用"
            " host 和 port），或前端所用的地址 127.0.0.1；没有前端则留空",
            "how the HTTPS front (HAProxy) on this machine asks: unix: and the path of a socket"
            " (the service listens there, not at host and port), or its address, 127.0.0.1; empty"
            " without a front",
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
        "update_kib_per_s",
        256,
        Words(
            "从总部下载软件更新的最高速度（KiB/秒）；考试时段不下载",
            "most that an update of the software takes of the line, KiB a second; none in the hours"
            " of a sitting",
        ),
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
        "rest_alone_minutes",
        5,
        Words(
            "未经批准的休息，一人可为一名考生安排的合计上限（分钟），超过须两人",
            "most rest beyond what was approved that one person gives a candidate, minutes",
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
        "staff_lock_minutes",
        15,
        Words(
            "工作人员多少分钟无操作后锁定（仍可看考场，操作须再输密码）",
            "a staff page locks after so many minutes; the wall stays, an act asks the password",
        ),
    ),
    Setting(
        "readiness_hours",
        24,
        Words("考前检查报告多少小时内有效", "a readiness report counts for so many hours"),
    ),
    Setting(
        "retain_days",
        30,
        Words(
            "总部全部存档后，本机保留考试数据多少天才可销毁",
            "so many days after headquarters has archived everything it may be destroyed here",
        ),
    ),
    *CHECKS,
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
    if name == "front" and value not in ("", *LOOPBACK) and not FRONT_SOCKET.fullmatch(str(value)):
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
