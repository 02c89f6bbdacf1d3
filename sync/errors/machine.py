"""Errors of the machine: port, disk, data folder, library."""

from sync.errors.branches import EnvironmentFault
from sync.words import Words


class PortInUse(EnvironmentFault):
    """Another program listens on the address."""

    code = "port-in-use"
    message = Words("端口 {port} 已被其他程序占用", "Port {port} is already in use")
    hint = Words(
        "请关闭占用该端口的程序，或用 --port 指定其他端口",
        "Stop the other program, or choose another port with --port",
    )


class DiskTooFull(EnvironmentFault):
    """Less free room than the act needs."""

    code = "disk-too-full"
    http_status = 507
    message = Words(
        "磁盘空间不足：需要 {needed_mib} MiB，仅剩 {free_mib} MiB（{folder}）",
        "Disk too full: {needed_mib} MiB needed, {free_mib} MiB free in {folder}",
    )
    hint = Words(
        "请腾出空间后重试；已保存的作答不受影响",
        "Free some room and try again; saved responses are safe",
    )


class RightsMissing(EnvironmentFault):
    """The system lets this user neither read nor write there."""

    code = "rights-missing"
    message = Words("当前用户无权访问 {path}", "This user has no right to {path}")
    hint = Words(
        "请用该程序的用户运行：sudo -u examsite examsite …、sudo -u examhq examhq …、"
        "sudo examsite-setup …",
        "Run it as its own user: sudo -u examsite examsite …, sudo -u examhq examhq …,"
        " sudo examsite-setup …",
    )


class NotInitialised(EnvironmentFault):
    """The data folder was never set up."""

    code = "not-initialised"
    message = Words("数据文件夹尚未初始化：{folder}", "Data folder not set up: {folder}")
    hint = Words("请先运行 {command}", "Run {command} first")


class AlreadyInitialised(EnvironmentFault):
    """The data folder already holds an identity."""

    code = "already-initialised"
    message = Words("数据文件夹已初始化：{folder}", "Data folder already set up: {folder}")
    hint = Words(
        "如需另建，请用 --data 指定其他文件夹",
        "Choose another folder with --data to make a second one",
    )


class ForeignDataFolder(EnvironmentFault):
    """The data folder belongs to another site or another program."""

    code = "foreign-data-folder"
    message = Words(
        "数据文件夹属于 {owner}，不属于 {expected}：{folder}",
        "Data folder belongs to {owner}, not to {expected}: {folder}",
    )
    hint = Words(
        "请用 --data 指定本考点的文件夹；未作任何改动",
        "Point --data at this site's own folder; nothing was changed",
    )


class DataFolderBusy(EnvironmentFault):
    """Another process of ours has the data folder open."""

    code = "data-folder-busy"
    message = Words("另一个进程正在使用数据文件夹：{folder}", "Another process uses {folder}")
    hint = Words(
        "服务正在运行：请在页面上操作，或先停止服务",
        "The service runs: use its pages, or stop it first",
    )


class SqliteTooOld(EnvironmentFault):
    """SQLite with the WAL-reset corruption bug (3.7.0–3.51.2, see docs/design)."""

    code = "sqlite-too-old"
    message = Words(
        "SQLite {found} 有已知缺陷，需要 {needed} 以上",
        "SQLite {found} has a known fault; {needed} needed",
    )
    hint = Words(
        "请重新安装本软件附带的组件", "Install the components that ship with this software again"
    )


class SecretDamaged(EnvironmentFault):
    """A key file is not what was once written."""

    code = "secret-damaged"
    message = Words("密钥文件已损坏：{path}", "Key file damaged: {path}")
    hint = Words(
        "磁盘可能有故障；请改用备用服务器或加密副本，并更换磁盘",
        "The disk may be failing; go on with the spare or a sealed copy, and replace the disk",
    )


class SecretMissing(EnvironmentFault):
    """A key file is not there or not readable."""

    code = "secret-missing"
    message = Words("缺少密钥文件：{path}", "Key file missing: {path}")
    hint = Words(
        "请从备份恢复，或重新登记本考点", "Restore it from the backup, or enrol the site again"
    )


class PrintingFailed(EnvironmentFault):
    """A paper could not be made into a PDF."""

    code = "printing-failed"
    message = Words("无法生成 PDF：{reason}", "The PDF could not be made: {reason}")
    hint = Words(
        "请确认已安装 fonts-noto-cjk、libpango-1.0-0、libpangoft2-1.0-0；也可以直接打印网页",
        "See that fonts-noto-cjk, libpango-1.0-0 and libpangoft2-1.0-0 are installed; the page"
        " itself can be printed too",
    )
