"""The thresholds of the readiness checks, and whatever else of the settings table follows them."""

from typing import NamedTuple

from sync.words import Words


class Setting(NamedTuple):
    """One line of the table; the default's type is the setting's type."""

    name: str
    default: str | int
    meaning: Words


CHECKS = (
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
    Setting(
        "check_sound",
        "auto",
        Words(
            "考试机须有声音：auto（试卷解锁后按素材判断）、on 或 off",
            "machines need sound: auto (by the materials, once papers are open), on or off",
        ),
    ),
    Setting("check_camera", "off", Words("考试机须有摄像头", "machines need a camera: on or off")),
    Setting(
        "check_seb",
        "off",
        Words("须用 Safe Exam Browser", "needs Safe Exam Browser: on or off"),
    ),
    Setting(
        "seb_config_key",
        "",
        Words(
            "Safe Exam Browser 的 Config Key；空：不核对配置",
            "Config Key of Safe Exam Browser; empty: any configuration",
        ),
    ),
    Setting(
        "seb_sittings",
        "",
        Words(
            "总部计划之外，也须在 Safe Exam Browser 中作答的科目编号（空格分隔），或 all",
            "sittings taken in Safe Exam Browser besides those of headquarters' plan:"
            " their ids with spaces between, or all",
        ),
    ),
    Setting(
        "seb_address",
        "",
        Words(
            "考试机访问本服务器的网址（.seb 文件用）；空：按 room_host 和 front",
            "address of this server in the .seb file; empty: by room_host and front",
        ),
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
        "check_key_days",
        30,
        Words("总部密钥到期前剩余天数下限", "headquarters' keys are good for days at least"),
    ),
    Setting(
        "check_register_days",
        400,
        Words("密钥登记表签发后天数上限", "register of keys is days old at most"),
    ),
    Setting(
        "check_front_days",
        14,
        Words(
            "HTTPS 前端证书到期前剩余天数下限",
            "the HTTPS front's certificate is good for days at least",
        ),
    ),
    Setting(
        "alarm_upload_minutes",
        30,
        Words(
            "成绩数据等待多少分钟未到总部时告警",
            "results that wait for headquarters so many minutes are an alarm",
        ),
    ),
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
