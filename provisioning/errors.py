"""Errors of provisioning: leaves under the branches of `sync.errors`.

EnvironmentFault ── FolderNotOurs  DemoStopped  DemoDiffers  NoAuthority  CertificateRefused
                    FrontKeepsOld
InputRefused     ── AddressOutside  LoginRefused
"""

from sync.errors import EnvironmentFault, InputRefused
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


class NoAuthority(EnvironmentFault):
    """This box has no CA of the room."""

    code = "no-authority"
    message = Words("本机没有考点根证书：{folder}", "This box has no CA of the room: {folder}")
    hint = Words("请先运行 examsite-setup ca make", "Run examsite-setup ca make")


class CertificateRefused(EnvironmentFault):
    """A browser would not believe the front's certificate."""

    code = "certificate-refused"
    message = Words(
        "浏览器不会信任 {name} 的证书：{reason}",
        "No browser would believe the certificate of {name}: {reason}",
    )
    hint = Words(
        "请核对本机时间，再运行 examsite-setup ca renew --force",
        "Check this machine's clock, then run examsite-setup ca renew --force",
    )


class FrontKeepsOld(EnvironmentFault):
    """The certificate was renewed, and the HAProxy that runs did not take it."""

    code = "front-keeps-old"
    message = Words(
        "证书已更新，但正在运行的 HAProxy 没有换上：{reason}",
        "Certified anew, but the HAProxy that runs did not take it: {reason}",
    )
    hint = Words(
        "两场考试之间运行 sudo systemctl restart haproxy；在此之前旧证书继续使用",
        "Between two sittings run sudo systemctl restart haproxy; until then the old one serves",
    )


class AddressOutside(InputRefused):
    """The CA may not speak for this name or address."""

    code = "address-outside"
    message = Words("根证书不能用于 {address}", "The room's CA may not speak for {address}")
    hint = Words(
        "请用局域网地址；其他网段在建立根证书时用 --network 指明",
        "Use an address of a private network; name others with --network when the CA is made",
    )


class LoginRefused(InputRefused):
    """What is to let an administrator in is no line of crypt(5)."""

    code = "login-refused"
    message = Words("{file} 中不是密码散列值", "{file} holds no hashed password")
    hint = Words(
        "用 openssl passwd -6 生成；U 盘上不放明文密码",
        "Make one with openssl passwd -6; no plain password goes on a stick",
    )
