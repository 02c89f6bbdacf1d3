"""Kinds of incidents, as people choose them and as the system itself notes them. Pure."""

from collections.abc import Mapping

from sync.words import Words

CATEGORIES: Mapping[str, Words] = {
    "machine": Words("考试机故障", "machine"),
    "network": Words("网络故障", "network"),
    "power": Words("停电", "power"),
    "health": Words("考生身体不适", "a candidate's health"),
    "conduct": Words("考场秩序", "conduct in the room"),
    "other": Words("其他", "other"),
}
NOTED: Mapping[str, Words] = {
    "any-browser": Words("准许不用考试浏览器", "let in without Safe Exam Browser"),
    "collect": Words("强制收卷", "forced collection"),
    "outage": Words("服务器中断", "server away"),
    "reboot": Words("服务器重启", "server rebooted"),
    "clock": Words("系统时钟被调整", "clock was set"),
}


def said(category: str) -> Words:
    """The words of any category."""
    return CATEGORIES.get(category) or NOTED.get(category) or Words(category, category)
