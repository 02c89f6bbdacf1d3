"""Errors of provisioning: leaves under the branches of `sync.errors`.

EnvironmentFault ── FolderNotOurs  DemoStopped  DemoDiffers
"""

from sync.errors import EnvironmentFault
from sync.words import Words


class FolderNotOurs(EnvironmentFault):
    """A folder with content that no earlier run made."""

    code = "folder-not-ours"
    message = Words(
        "文件夹非空，也不是演示留下的：{folder}", "Not empty and not of a demonstration: {folder}"
    )
    hint = Words("请用 --folder 指定一个空文件夹", "Choose an empty folder with --folder")


class DemoStopped(EnvironmentFault):
    """A step of the demonstration failed; all that it started was ended."""

    code = "demo-stopped"
    message = Words(
        "演示在「{step}」一步停止：{reason}", "The demonstration stopped at “{step}”: {reason}"
    )
    hint = Words("日志在演示文件夹中", "The logs are in the demonstration's folder")


class DemoDiffers(EnvironmentFault):
    """What headquarters has is not what the candidates were promised."""

    code = "demo-differs"
    message = Words(
        "总部收到的与考生所答不一致", "Headquarters has not what the candidates answered"
    )
    hint = Words("请保留演示文件夹并报告此问题", "Keep the demonstration's folder and report this")
