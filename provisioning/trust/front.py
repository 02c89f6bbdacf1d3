"""A renewed certificate reaches the HAProxy that runs: no connection is dropped, none waits.

HAProxy takes it over the socket of its master ("set ssl cert"). A reload would not do: the
unit's copy of the file (LoadCredential) is made when the unit starts.
"""

import re
import socket
from contextlib import suppress
from pathlib import Path

from provisioning.errors import FrontKeepsOld

# As the drop-in for Debian's HAProxy names it.
MASTER = Path("/run/haproxy/master.sock")
PATIENCE_S = 10.0


def hand_over(front: Path, master: Path = MASTER) -> bool:
    """New connections get that file from now on; False if no HAProxy runs, which reads it later.

    FrontKeepsOld if it runs and does not take it.
    """
    # An empty line would end what is sent.
    lines = [line for line in front.read_text("ascii").splitlines() if line]
    try:
        name = _held(_ask(master, "@1 show ssl cert"))
        said = _ask(master, f"@1 set ssl cert {name} <<", *lines, "")
        if "ransaction" not in said:
            raise FrontKeepsOld(reason=said.strip()[:200])
        said = _ask(master, f"@1 commit ssl cert {name}")
    except (FileNotFoundError, ConnectionRefusedError):
        return False
    if "Success" not in said:
        with suppress(OSError):
            _ask(master, f"@1 abort ssl cert {name}")
        raise FrontKeepsOld(reason=said.strip()[:200])
    return True


def _held(said: str) -> str:
    """The one certificate that the front has."""
    found = re.findall(r"^/\S+$", said, re.MULTILINE)
    if len(found) != 1:
        raise FrontKeepsOld(reason=said.strip()[:200] or "?")
    return str(found[0])


def _ask(master: Path, *lines: str) -> str:
    """What HAProxy answers to one command."""
    said = b""
    with socket.socket(socket.AF_UNIX) as way:
        way.settimeout(PATIENCE_S)
        way.connect(str(master))
        way.sendall("".join(f"{line}\n" for line in lines).encode("ascii"))
        way.shutdown(socket.SHUT_WR)
        try:
            while part := way.recv(65536):
                said += part
        except TimeoutError:
            raise FrontKeepsOld(reason="no answer") from None
    return said.decode("utf-8", "replace")
