"""Why headquarters cannot be reached: name, way, certificate or clock; each has another remedy."""

import socket
import ssl
from urllib.parse import urlsplit

import httpx

from sync.words import Words

PATIENCE_S = 5.0
# As OpenSSL numbers what may be wrong with a certificate.
NOT_YET, ENDED, OTHER_NAME, OTHER_ADDRESS = 9, 10, 62, 64

Away = tuple[Words, Words]
NO_NAME: Away = (
    Words("查不到这个名称（DNS）", "its name is not known (DNS)"),
    Words("请检查外网线和路由器的 DNS", "See to the line and to the router's DNS"),
)
REFUSED: Away = (
    Words("对方没有服务在运行", "nobody serves there"),
    Words("请核对地址，或告诉总部", "Check the address, or tell headquarters"),
)
SILENT: Away = (
    Words("没有回应", "no answer"),
    Words(
        "请检查外网线；学校防火墙须放行", "See to the line; the school's firewall must let it out"
    ),
)
CLOCK: Away = (
    Words("证书的有效期与本机时钟不符", "by this machine's clock its certificate is not good"),
    Words("请先校准本机时钟", "First set this machine's clock"),
)
OTHER: Away = (
    Words("证书是另一个名称的", "its certificate is of another name"),
    Words("请核对地址；可能有设备拦截", "Check the address; a device may stand between"),
)
UNKNOWN: Away = (
    Words("证书不可信", "its certificate is not believed"),
    Words(
        "可能有设备拦截 HTTPS，请学校网络管理员放行",
        "A device may read HTTPS: have it let this pass",
    ),
)


def why_away(address: str, context: ssl.SSLContext | None = None) -> Away | None:
    """Why, and what to do; None if headquarters can be spoken to."""
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        with socket.create_connection((parts.hostname or "", port), PATIENCE_S) as way:
            if parts.scheme == "https":
                trusted = context or httpx.create_ssl_context()
                trusted.wrap_socket(way, server_hostname=parts.hostname).close()
    except (socket.gaierror, UnicodeError):
        return NO_NAME
    except ConnectionRefusedError:
        return REFUSED
    except ssl.SSLCertVerificationError as error:
        if error.verify_code in (NOT_YET, ENDED):
            return CLOCK
        return OTHER if error.verify_code in (OTHER_NAME, OTHER_ADDRESS) else UNKNOWN
    except OSError:
        return SILENT
    return None
