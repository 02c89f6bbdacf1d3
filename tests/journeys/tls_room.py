"""HTTPS in the room: a CA that one browser trusts, and HAProxy before the site."""

import datetime
import ipaddress
import os
import signal
import socket
import subprocess
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from premises import wait_until

HERE = ipaddress.ip_address("127.0.0.1")
FRONT = """\
defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
frontend room
  bind 127.0.0.1:{port} ssl crt {pem}
  default_backend site
backend site
  server one {site}
"""
PEM = serialization.Encoding.PEM


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: str, by: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
    made = x509.CertificateBuilder().serial_number(x509.random_serial_number())
    made = made.subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
    made = made.issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
    made = made.public_key(key.public_key())
    made = made.not_valid_before(start).not_valid_after(start + datetime.timedelta(days=2))
    made = made.add_extension(x509.BasicConstraints(ca=name == issuer, path_length=None), True)
    if name != issuer:
        made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(HERE)]), False)
    return made.sign(by, hashes.SHA256())


def make_room(folder: Path) -> tuple[Path, Path]:
    """The front's certificate with its key, and a home whose browser trusts the CA."""
    root, leaf = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _certificate("room CA", root, "room CA", root)
    front = _certificate("front", leaf, "room CA", root)
    plain = serialization.NoEncryption()
    key = leaf.private_bytes(PEM, serialization.PrivateFormat.PKCS8, plain)
    pem, ca = folder / "front.pem", folder / "ca.pem"
    pem.write_bytes(front.public_bytes(PEM) + key)
    ca.write_bytes(authority.public_bytes(PEM))
    home = folder / "home"
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    store = ["certutil", "-d", f"sql:{database}"]
    subprocess.run([*store, "-N", "--empty-password"], check=True)
    trust = [*store, "-A", "-t", "C,,", "-n", "room", "-i", str(ca)]
    subprocess.run(trust, check=True)
    return pem, home


class Front:
    """HAProxy on a port of its own, which may die and come back."""

    def __init__(self, folder: Path, pem: Path, site: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.address = f"https://127.0.0.1:{self.port}"
        self._file = folder / "front.cfg"
        where = site.removeprefix("http://")
        self._file.write_text(FRONT.format(port=self.port, pem=pem, site=where))
        self._popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Up, and listening."""
        self._popen = subprocess.Popen(
            ["haproxy", "-db", "-f", str(self._file)], env=dict(os.environ)
        )
        wait_until(self._listens, "the front listens")

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        """Gone at once; harmless if it does not run."""
        if self._popen and self._popen.poll() is None:
            self._popen.send_signal(signal.SIGKILL)
            self._popen.wait(15)
