"""Every check in words: what it is, why it matters, who can mend it and how."""

from typing import Final

from sync.readiness.camera_words import CAMERAS
from sync.readiness.check_words import (
    ADMINISTRATOR,
    HEADQUARTERS,
    SCHOOL,
    Check,
)
from sync.readiness.end_words import ENDS
from sync.readiness.network_words import NETWORK
from sync.readiness.rehearsal_words import REHEARSAL
from sync.readiness.room_words import ROOMS
from sync.words import Words

__all__ = ["ADMINISTRATOR", "CATALOGUE", "HEADQUARTERS", "SCHOOL", "Check"]


def _machine(code: str, unit: str, title: Words, why: Words, how: Words) -> Check:
    return Check(code, True, unit, title, why, SCHOOL, how)


_MACHINES = (
    _machine(
        "browser",
        "",
        Words("浏览器", "Browser"),
        Words(
            "页面用到 2020 年 10 月起的浏览器功能（Chromium 86 的 replaceChildren 等）；"
            "五年前的 Chromium 足够",
            "The pages use what browsers have had since October 2020 (replaceChildren of Chromium"
            " 86, private methods); a Chromium of five years ago will do",
        ),
        Words(
            "安装较新的 Chromium 内核浏览器（Chrome、Edge、360 极速模式等）",
            "Install a newer browser based on Chromium",
        ),
    ),
    _machine(
        "screen",
        "px",
        Words("屏幕", "Screen"),
        Words(
            "小于 1366×768 时题目和表格须频繁滚动",
            "Below 1366×768 items and tables need much scrolling",
        ),
        Words(
            "调高分辨率，将系统缩放设为 100 %，或更换显示器",
            "Raise the resolution, set the system's scaling to 100 %, or change the monitor",
        ),
    ),
    _machine(
        "cores",
        "",
        Words("处理器核心", "Processor cores"),
        Words(
            "只有一个核心时，其他程序会使页面停顿",
            "With one core any other program makes the page stutter",
        ),
        Words("关闭其他程序，或改作备用机", "Close other programs, or keep it as a spare"),
    ),
    _machine(
        "memory",
        "MiB",
        Words("内存", "Memory"),
        Words(
            "浏览器只报告取整到 2 的幂且不超过 8 GiB 的值，是粗略值；Firefox 不报告",
            "The browser tells a power of two and never more than 8 GiB, so it is coarse; Firefox"
            " tells nothing",
        ),
        Words("加装内存，或关闭其他程序", "Add memory, or close other programs"),
    ),
    _machine(
        "storage",
        "MiB",
        Words("浏览器存储空间", "Browser storage"),
        Words(
            "断网时作答和试卷保存在本机",
            "While the network is away answers and paper are kept on this machine",
        ),
        Words("清理系统盘；不要使用无痕窗口", "Free the system disk; use no private window"),
    ),
    _machine(
        "storage-keeps",
        "×",
        Words("重启后保留数据", "Storage outlives a restart"),
        Words(
            "装有还原卡或使用无痕窗口的机器重启后会丢失尚未上传的作答；至少两次打开本页才能知道",
            "With a restore card or a private window a restart loses answers not yet on the"
            " server; it takes two visits to know",
        ),
        Words(
            "重启机器后再打开一次本页；若仍丢失，请关闭还原卡对浏览器目录的还原",
            "Restart the machine and open the page again; if it still forgets, exempt the"
            " browser's folder from the restore card",
        ),
    ),
    _machine(
        "secure",
        "",
        Words("HTTPS 安全连接", "Secure connection"),
        Words(
            "没有 HTTPS 时没有救援文件，服务器停机期间页面不能重新打开；作答照常保存",
            "Without HTTPS there is no rescue file and no reload while the server is down;"
            " answers are saved all the same",
        ),
        Words(
            "安装考点证书（页面 /trust）并使用 https 地址",
            "Install the room's certificate (page /trust) and use the https address",
        ),
    ),
    _machine(
        "worker",
        "",
        Words("离线页面（Service Worker）", "Offline page (service worker)"),
        Words(
            "它使页面在服务器停机时仍能重新打开",
            "With it the page opens again while the server is down",
        ),
        Words(
            "打开本机的 https://…/trust，按页面安装信任包；不要用无痕窗口",
            "Open https://…/trust at the machine and install the kit; use no private window",
        ),
    ),
    _machine(
        "round-trip",
        "ms",
        Words("网络往返时间", "Round trip"),
        Words("每次保存要等一个往返", "Every save waits for one"),
        Words("改用网线；检查交换机端口", "Use a cable; look at the switch's port"),
    ),
    _machine(
        "jitter",
        "ms",
        Words("网络抖动", "Jitter"),
        Words(
            "往返时间忽长忽短，多为无线网或交换机过载",
            "Round trips that vary tell of wireless links or an overloaded switch",
        ),
        Words("改用网线；停用占网络的程序", "Use a cable; stop what fills the network"),
    ),
    _machine(
        "loss",
        "%",
        Words("请求丢失", "Lost requests"),
        Words("丢失的请求须重发，保存变慢", "What is lost is sent again, and saves take longer"),
        Words("更换网线或交换机端口", "Change the cable or the switch's port"),
    ),
    _machine(
        "down",
        "kbit/s",
        Words("下载速度", "Download"),
        Words("开考时要下载试卷和素材", "At the start the paper and its materials come down"),
        Words("改用 100 Mbit/s 以上的有线网络", "Use a cable of 100 Mbit/s or more"),
    ),
    _machine(
        "up",
        "kbit/s",
        Words("上传速度", "Upload"),
        Words(
            "实训作品要上传；小块测得，数值偏低",
            "Practical work is uploaded; measured in small pieces, so it reads low",
        ),
        Words("改用有线网络", "Use a cable"),
    ),
    _machine(
        "machine-clock",
        "s",
        Words("考试机时钟偏差", "Machine's clock off by"),
        Words(
            "考试时间以服务器为准，不受影响；偏差大说明主板电池没电，浏览器会拒绝证书",
            "The exam goes by the server; but a large error tells of an empty battery, and"
            " browsers then refuse certificates",
        ),
        Words("校准时间，更换主板电池", "Set the clock, change the board's battery"),
    ),
    _machine(
        "input-method",
        "",
        Words("中文输入法", "Chinese input method"),
        Words(
            "实训题须输入中文；由人输入一个词来检查，不输入则未知",
            "Practical tasks are written in Chinese; a person types one word, else it is unknown",
        ),
        Words("安装并启用中文输入法", "Install and switch on an input method"),
    ),
    _machine(
        "full-load",
        "ms",
        Words("全员同时下载", "All at once"),
        Words(
            "全部考试机同一时刻取同样大小的数据，与开考时相同",
            "All machines pull the same bytes at one moment, as at the start",
        ),
        Words(
            "查看座位图：相邻座位都慢时检查所接的交换机",
            "Look at the seats: where neighbours are slow, their switch is",
        ),
    ),
    _machine(
        "seat-twice",
        "",
        Words("座位号重复", "Seat claimed twice"),
        Words("两台机器报了同一座位号", "Two machines said the same seat"),
        Words("在其中一台的检查页更正座位号", "Correct the seat on the check page of one of them"),
    ),
)

_SERVER = (
    Check(
        "seats",
        False,
        "",
        Words("考生座位的考试机", "Machines at candidates' seats"),
        Words(
            "每位考生的座位须有一台通过检查的机器",
            "Every candidate's seat needs a machine that passed",
        ),
        SCHOOL,
        Words(
            "在所列座位打开检查页 /check 并排除问题",
            "Open /check at the seats listed and mend what it says",
        ),
        True,
    ),
    Check(
        "spares",
        False,
        "",
        Words("备用机", "Spare machines"),
        Words("机器坏了考生才能立即换座", "When a machine fails, its candidate moves at once"),
        SCHOOL,
        Words(
            "在更多无考生的座位上打开检查页",
            "Open the check page at more seats without a candidate",
        ),
        True,
    ),
    Check(
        "disk",
        False,
        "MiB",
        Words("服务器磁盘剩余", "Server: free disk"),
        Words("须容下全部作答的预留空间", "It must hold what is reserved for all answers"),
        ADMINISTRATOR,
        Words(
            "删除无关文件，或更换更大的磁盘",
            "Delete what does not belong here, or use a larger disk",
        ),
        True,
    ),
    Check(
        "sync-usual",
        False,
        "ms",
        Words("落盘时间（中位）", "Server: sync to disk, usual"),
        Words("每次保存都等磁盘确认", "Every save waits for the disk"),
        ADMINISTRATOR,
        Words("数据文件夹改放固态硬盘", "Keep the data folder on a solid-state disk"),
        True,
    ),
    Check(
        "sync-worst",
        False,
        "ms",
        Words("落盘时间（最长）", "Server: sync to disk, worst"),
        Words("偶尔很慢的磁盘会让全考场停顿", "A disk that is slow at times stops the whole room"),
        ADMINISTRATOR,
        Words(
            "停用备份、杀毒等占磁盘的程序，或更换磁盘",
            "Stop backups and scanners, or change the disk",
        ),
        True,
    ),
    Check(
        "server-memory",
        False,
        "MiB",
        Words("服务器可用内存", "Server: memory available"),
        Words("内存不足时系统会结束程序", "Short of memory, the system ends programs"),
        ADMINISTRATOR,
        Words("关闭其他程序", "Close other programs"),
        True,
    ),
    Check(
        "load",
        False,
        "%",
        Words("服务器处理器负载", "Server: processor load"),
        Words("考前就忙的服务器没有余量", "A server that is busy before the exam has nothing left"),
        ADMINISTRATOR,
        Words("关闭其他程序", "Close other programs"),
    ),
    Check(
        "temperature",
        False,
        "°C",
        Words("服务器温度", "Server: temperature"),
        Words("过热会降速或关机", "Too hot, it slows down or switches off"),
        SCHOOL,
        Words("清理风扇，保证通风", "Clean the fans, let air through"),
    ),
    Check(
        "power",
        False,
        "",
        Words("服务器供电", "Server: power"),
        Words("须接市电，最好有 UPS", "On the mains, best behind a UPS"),
        SCHOOL,
        Words(
            "接通电源；有 UPS 时安装 NUT（upsc）以便读取",
            "Plug it in; with a UPS install NUT (upsc) so that it can be read",
        ),
    ),
    Check(
        "link",
        False,
        "Mbit/s",
        Words("服务器网口", "Server: network link"),
        Words("全考场共用这个网口", "The whole room shares it"),
        SCHOOL,
        Words("接到千兆交换机端口", "Plug it into a gigabit port"),
    ),
    Check(
        "server-clock",
        False,
        "",
        Words("服务器时钟已同步", "Server: clock synchronised"),
        Words(
            "记录中的时间以它为准；剩余时间不受影响",
            "Times in the records are its; nobody's remaining time depends on it",
        ),
        ADMINISTRATOR,
        Words(
            "联网时启用时间同步，或对照手机校准",
            "Switch on time synchronisation while there is a line, or set it by a phone",
        ),
    ),
    Check(
        "sqlite",
        False,
        "",
        Words("数据库版本", "Server: database version"),
        Words("旧版本会损坏数据库", "Older ones can damage the database"),
        ADMINISTRATOR,
        Words("重新安装本软件", "Install this software again"),
        True,
    ),
    Check(
        "certificate",
        False,
        "",
        Words("考点证书", "Site certificate"),
        Words("没有证书就不能签名", "Without it nothing can be signed"),
        HEADQUARTERS,
        Words("请考务总部重新登记", "Have headquarters enrol this box"),
        True,
    ),
    Check(
        "package",
        False,
        "",
        Words("试卷包逐字节核验", "Package verified to the last byte"),
        Words("当天才发现损坏就晚了", "On the day it would be too late"),
        HEADQUARTERS,
        Words("重新取回试卷包", "Fetch the package again"),
        True,
    ),
    Check(
        "second-server",
        False,
        "",
        Words("备用服务器", "Second server"),
        Words(
            "主服务器故障时由它接管，作答不丢失",
            "It takes over with every answer when the first one fails",
        ),
        ADMINISTRATOR,
        Words("按操作手册与备用服务器配对", "Pair a second server"),
    ),
)

_EVERY = (*_SERVER, *ENDS, *_MACHINES, *NETWORK, *ROOMS, *REHEARSAL, *CAMERAS)
CATALOGUE: Final = {check.code: check for check in _EVERY}
