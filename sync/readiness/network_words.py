"""The words of what the seat agents and the room's network tell."""

from typing import Final

from sync.readiness.check_words import ADMINISTRATOR, SCHOOL, Check
from sync.words import Words


def _machine(code: str, unit: str, title: Words, why: Words, how: Words) -> Check:
    return Check(code, True, unit, title, why, SCHOOL, how)


_OF_AGENTS = (
    _machine(
        "agent",
        "",
        Words("座位程序", "Seat agent"),
        Words(
            "浏览器看不到剩余磁盘、远程控制程序等；没有座位程序时这些都是未知，不影响就绪",
            "A browser sees neither free disk nor remote-control programs; without an agent they"
            " are unknown, which keeps nobody from being ready",
        ),
        Words(
            "在“考试机”页面下载座位程序和令牌，放到这些机器上运行",
            "Take the seat agent and its token from the page Machines and run it there",
        ),
    ),
    _machine(
        "agent-disk",
        "MiB",
        Words("系统盘剩余", "Free disk"),
        Words(
            "磁盘满时浏览器保存不了断网期间的作答",
            "On a full disk a browser keeps no answers while the network is away",
        ),
        Words("清理系统盘；还原卡的缓存区也要够大", "Free the disk; a restore card's cache too"),
    ),
    _machine(
        "agent-memory",
        "MiB",
        Words("内存（座位程序）", "Memory (by the agent)"),
        Words("座位程序读到的准确值", "The exact amount, as the agent reads it"),
        Words("加装内存，或改作备用机", "Add memory, or keep it as a spare"),
    ),
    _machine(
        "agent-load",
        "%",
        Words("处理器负载", "Processor load"),
        Words(
            "考前就忙的机器在考试中会停顿；还原、更新和杀毒最常见",
            "A machine that is busy before the exam stutters in it: restores, updates, scanners",
        ),
        Words("关闭占用处理器的程序", "Close what keeps the processor busy"),
    ),
    _machine(
        "battery",
        "%",
        Words("电池", "Battery"),
        Words("未插电的笔记本可能在考试中关机", "A laptop off the mains may go off in the exam"),
        Words("接上电源", "Plug it in"),
    ),
    _machine(
        "displays",
        "",
        Words("显示器数量", "Displays"),
        Words(
            "第二台显示器可能被他人看到，或显示其他内容",
            "A second display can be seen by others, or show something else",
        ),
        Words("拔掉多余的显示器", "Unplug the others"),
    ),
    _machine(
        "virtual",
        "",
        Words("虚拟机", "Virtual machine"),
        Words(
            "虚拟机之外可以运行任何程序；云桌面机房除外",
            "Beside a virtual machine anything may run; rooms of cloud desktops excepted",
        ),
        Words("在真机上打开考试页面", "Open the page on the machine itself"),
    ),
    _machine(
        "time-zone",
        "min",
        Words("时区", "Time zone"),
        Words(
            "考试时间以服务器为准；时区不同会使考生看错时间",
            "The exam goes by the server; but another zone shows candidates another hour",
        ),
        Words("改为北京时间（UTC+8）", "Set it to Beijing's (UTC+8)"),
    ),
    _machine(
        "remote-control",
        "",
        Words("远程控制程序", "Remote-control programs"),
        Words(
            "他人可以用它观看或操作考试机；按进程名识别，改名的认不出",
            "With it somebody else sees or steers the machine; known by name, so not if renamed",
        ),
        Words("退出并停用所列程序，再查看一次", "End and disable what is listed, then look again"),
    ),
    _machine(
        "machine-silent",
        "",
        Words("机器无响应", "Machine silent"),
        Words(
            "检查过的机器现在不在网络上：关机、断线或搬走了",
            "It was checked, and is not on the network now: off, unplugged or moved",
        ),
        Words("开机并检查网线", "Switch it on and look at its cable"),
    ),
)

_ASKED = (
    _machine(
        "keyboard",
        "",
        Words("键盘", "Keyboard"),
        Words("由人按一个字母键和一个数字键来检查", "A person presses a letter and a digit"),
        Words("换一个键盘，或检查数字锁定键", "Change the keyboard, or look at Num Lock"),
    ),
    _machine(
        "sound",
        "",
        Words("声音", "Sound"),
        Words(
            "素材含音频或视频时才须有；放一段提示音，由人回答是否听到",
            "Needed where materials are heard; a tone is played, and the person says whether it"
            " was heard",
        ),
        Words("调高音量，接好耳机，检查声卡", "Turn it up, plug in the headphones"),
    ),
    _machine(
        "camera",
        "",
        Words("考试机摄像头", "Machine's camera"),
        Words(
            "设置 check_camera 为 on 时须有；须经 HTTPS 打开，画面不离开本机",
            "Needed if check_camera is on; only over HTTPS, and no picture leaves the machine",
        ),
        Words("接好摄像头，在浏览器中允许使用", "Plug it in and allow it in the browser"),
    ),
    _machine(
        "window",
        "",
        Words("考试页面的窗口", "The exam page's window"),
        Words(
            "Safe Exam Browser、全屏（kiosk）或普通窗口（window）；普通窗口里考生容易打开别的页面。"
            "只供了解，不影响就绪",
            "Safe Exam Browser, a full screen (kiosk) or an ordinary window (window), from which"
            " candidates easily open other pages. Only to know: nobody is kept from anything",
        ),
        Words("按 /browser 页面的命令打开", "Open it by the command line on the page /browser"),
    ),
    _machine(
        "lockdown-browser",
        "",
        Words("Safe Exam Browser", "Safe Exam Browser"),
        Words(
            "总部计划或设置 seb_sittings 要求某科使用，或 check_seb 为 on 时须有；"
            "前两者和 seb_config_key 还核对其配置",
            "Needed if headquarters' plan or seb_sittings asks for it in a sitting, or check_seb is"
            " on; with the first two or seb_config_key its configuration is checked too",
        ),
        Words("用本考点的 .seb 文件启动 Safe Exam Browser", "Start it by the site's own .seb file"),
    ),
)

_OF_ROOM = (
    Check(
        "unchecked",
        False,
        "",
        Words("已开机但没有检查的机器", "On, but not checked"),
        Words(
            "网络上有这些机器，但没有打开过检查页；没有座位程序的也可能是打印机或摄像机",
            "These are on the network and never opened the check page; one without an agent may"
            " be a printer or a camera",
        ),
        SCHOOL,
        Words("在这些机器上打开检查页 /check", "Open /check on them"),
    ),
    Check(
        "other-server",
        False,
        "",
        Words("网络中的其他考试服务器", "Other exam servers on the network"),
        Words(
            "考生可能连到另一台服务器；公告未经证明，所以只提醒，不影响考试",
            "Candidates might reach the other one; announcements prove nothing, so this is said"
            " and changes nothing",
        ),
        ADMINISTRATOR,
        Words(
            "关闭或断开另一台；相邻考场请分开网络",
            "Switch the other one off, or part the networks of neighbouring rooms",
        ),
    ),
    Check(
        "host-name",
        False,
        "",
        Words("服务器名称", "Server's name on the network"),
        Words(
            "另一台机器也自称这个名称时，考生可能打开错误的页面",
            "If another machine answers to it too, candidates may open the wrong page",
        ),
        ADMINISTRATOR,
        Words(
            "找出并关闭所列地址的机器，或在设置 room_host 中改名",
            "Find the machine at the address shown, or change room_host",
        ),
    ),
)

_VERSION = Check(
    "required-version",
    False,
    "",
    Words("总部要求的软件版本", "Version that headquarters requires"),
    Words(
        "旧版本的已知错误会影响考试；要求由总部签名，联网或随 U 盘取得，没有取得过则未知",
        "Older versions have known faults; the rule is signed by headquarters and comes by line or"
        " stick; unknown until one has come",
    ),
    ADMINISTRATOR,
    Words("安装总部要求的版本", "Install the version that headquarters requires"),
)

NETWORK: Final = (*_OF_AGENTS, *_ASKED, *_OF_ROOM, _VERSION)
