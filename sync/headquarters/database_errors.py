"""Errors of a database that is of another release.

EnvironmentFault ── DatabaseOlder  DatabaseNewer
"""

from sync.errors import EnvironmentFault
from sync.words import Words


class DatabaseOlder(EnvironmentFault):
    """The tables are of an older release."""

    code = "database-older"
    message = Words(
        "数据库是旧版本的（{found}，需要 {needed}）",
        "The database is of an older release ({found}; {needed} is needed)",
    )
    hint = Words(
        "停止所有总部服务，先备份数据库，再运行 examhq upgrade-database",
        "Stop all services, back the database up, then run examhq upgrade-database",
    )


class DatabaseNewer(EnvironmentFault):
    """A newer release has been here; this one would not understand its rows."""

    code = "database-newer"
    message = Words(
        "数据库是更新版本的（{found}，本版本只认识 {known}）",
        "The database is of a newer release ({found}; this one knows {known})",
    )
    hint = Words(
        "请安装较新的版本，或恢复升级前的备份",
        "Install the newer release, or restore the copy from before the upgrade",
    )
