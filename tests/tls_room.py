"""HTTPS in the room: a CA that one browser trusts, and HAProxy before the site."""

import datetime
import ipaddress
import os
import signal
import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from together import wait_until

HERE = "127.0.0.1"
# The very file that a site runs.
FRONT = Path(__file__).parents[1] / "systemd" / "haproxy.cfg"
PEM = serialization.Encoding.PEM


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    by: ec.EllipticCurvePrivateKey,
    at: str = "",
    days: int = 2,
) -> x509.Certificate:
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
    made = x509.CertificateBuilder().serial_number(x509.random_serial_number())
    made = made.subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
    made = made.issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
    made = made.public_key(key.public_key())
    made = made.not_valid_before(start).not_valid_after(start + datetime.timedelta(days=days))
    made = made.add_extension(x509.BasicConstraints(ca=name == issuer, path_length=None), True)
    if at:
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(at))])
        made = made.add_extension(names, False)
    return made.sign(by, hashes.SHA256())


class Certifies(Protocol):
    """Who has a certificate for a front."""

    def front(self, at: str) -> Path:
        """Certificates and key for that address, as HAProxy reads them."""


class Authority:
    """The room's own CA, in `ca.pem`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        made = _certificate("room CA", self._key, "room CA", self._key)
        self.file = folder / "ca.pem"
        self.file.write_bytes(made.public_bytes(PEM))

    def front(self, at: str, days: int = 2) -> Path:
        """A front's certificate for that address, with its key; of no days it ended an hour ago."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _certificate("front", key, "room CA", self._key, at, days)
        plain = serialization.NoEncryption()
        secret = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, plain)
        pem = self.folder / f"{at}.pem"
        pem.write_bytes(made.public_bytes(PEM) + secret)
        return pem


def make_home(authority: Authority) -> Path:
    """A home whose browser trusts the CA."""
    folder = authority.folder
    home = folder / "home"
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    store = ["certutil", "-d", f"sql:{database}"]
    subprocess.run([*store, "-N", "--empty-password"], check=True)
    trust = [*store, "-A", "-t", "C,,", "-n", "room", "-i", str(authority.file)]
    subprocess.run(trust, check=True)
    return home


class Front:
    """HAProxy before a site as the project sets it up; it may die and come back."""

    file, prefix = FRONT, "EXAMSITE_FRONT_"

    def __init__(self, authority: Certifies, site: str, at: str = HERE, **more: str) -> None:
        with ExitStack() as probes:
            found = [probes.enter_context(socket.create_server((at, 0))) for _ in range(3)]
            self.port, plain, here = (probe.getsockname()[1] for probe in found)
        self._at, self.address = at, f"https://{at}:{self.port}"
        self._settings = {
            "ADDRESS": f"{at}:{self.port}",
            "PLAIN": f"{at}:{plain}",
            "HERE": f"{at}:{here}",
            "CERTIFICATE": str(authority.front(at)),
            # HAProxy writes the path of a socket so.
            "SITE": site.removeprefix("http://").replace("unix:", "unix@"),
            **more,
        }
        self.command = ["haproxy", "-q", "-db"]
        self._popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Up, and listening."""
        given = {f"{self.prefix}{name}": value for name, value in self._settings.items()}
        command = [*self.command, "-f", str(self.file)]
        self._popen = subprocess.Popen(command, env={**os.environ, **given})
        wait_until(self._listens)

    @property
    def pid(self) -> int:
        """Of its process."""
        assert self._popen
        return self._popen.pid

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((self._at, self.port)) == 0

    def end(self) -> None:
        """Told to end, with all its processes; harmless if it does not run."""
        if self._popen and self._popen.poll() is None:
            self._popen.send_signal(signal.SIGTERM)
            self._popen.wait(15)

    def kill(self) -> None:
        """Gone at once; harmless if it does not run."""
        if self._popen and self._popen.poll() is None:
            self._popen.send_signal(signal.SIGKILL)
            self._popen.wait(15)
