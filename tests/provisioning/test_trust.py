"""The room's CA speaks for this box and private networks alone; its front is renewed in time."""

import datetime
import hashlib
import ipaddress
import json
import os
import shutil
import stat
import subprocess
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from trusting import NOW, made, places, wanted

from provisioning.cli import main
from provisioning.errors import AddressOutside, CertificateRefused, NoAuthority
from provisioning.trust import authority, keeping
from provisioning.trust.authority import Limits
from provisioning.trust.keeping import Places
from siteapp.trust import read_statement
from sync.errors import AlreadyThere

BOX = "192.168.1.10"


@pytest.fixture
def at(tmp_path: Path) -> Places:
    return places(tmp_path)


def believed(at: Places, front: bytes, name: str | authority.Address) -> bool:
    """By Python's verifier and by OpenSSL; both must say the same."""
    root = (at.keep / "root.pem").read_bytes()
    leaf, issuer = x509.load_pem_x509_certificates(front)
    for pem, one in (("leaf.pem", leaf), ("above.pem", issuer)):
        (at.keep / pem).write_bytes(one.public_bytes(authority.Encoding.PEM))
    kind = "-verify_hostname" if isinstance(name, str) else "-verify_ip"
    files = ("-CAfile", at.keep / "root.pem", "-untrusted", at.keep / "above.pem")
    words = ("openssl", "verify", *files, kind, str(name), at.keep / "leaf.pem")
    openssl = subprocess.run(words, capture_output=True).returncode == 0
    try:
        authority.verify_front(root, front, name, NOW)
    except CertificateRefused:
        assert not openssl
        return False
    assert openssl
    return True


def certified(at: Places, name: str, *addresses: str) -> bytes:
    """What somebody who stole the issuer's key would make."""
    issuer, key = ((at.keep / f"issuer.{end}").read_bytes() for end in ("pem", "key"))
    return authority.certify_front(issuer, key, (name,), wanted(*addresses).addresses, NOW)


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
def test_the_front_is_believed_and_a_certificate_for_anybody_else_is_not(at: Places) -> None:
    made(at, BOX)
    front = at.front.read_bytes()
    assert believed(at, front, "exam.local")
    assert believed(at, front, ipaddress.ip_address(BOX))
    assert not believed(at, front, ipaddress.ip_address("192.168.1.11"))
    assert not believed(at, certified(at, "www.bank.com"), "www.bank.com")
    assert not believed(at, certified(at, "exam.local", "8.8.8.8"), ipaddress.ip_address("8.8.8.8"))


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
def test_without_the_limit_the_same_certificate_would_be_believed(at: Places) -> None:
    made(at, BOX)
    loose = authority.make_authority("loose", Limits(("com", "exam.local"), ()), NOW)
    for name, content in (("root.pem", loose.root), ("issuer.pem", loose.issuer)):
        (at.keep / name).write_bytes(content)
    (at.keep / "issuer.key").write_bytes(loose.issuer_key)
    assert believed(at, certified(at, "www.bank.com"), "www.bank.com")


def test_an_issuer_makes_no_issuers_and_the_root_key_is_nowhere(at: Places) -> None:
    made(at, BOX)
    root, issuer = (x509.load_pem_x509_certificate((at.keep / f"{n}.pem").read_bytes())
                    for n in ("root", "issuer"))  # fmt: skip
    basic = issuer.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (basic.critical, basic.value.ca, basic.value.path_length) == (True, True, 0)
    key = authority.load_pem_private_key((at.keep / "issuer.key").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert key.public_key() == issuer.public_key() != root.public_key()
    assert {p.name for p in at.keep.iterdir()} == {"root.pem", "issuer.pem", "issuer.key"}
    for secret in (at.keep / "issuer.key", at.front):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert not any(b"PRIVATE" in p.read_bytes() for p in at.data.rglob("*") if p.is_file())


def test_a_machine_whose_clock_is_years_behind_believes_it_too(at: Places) -> None:
    made(at, BOX)
    root, front = (at.keep / "root.pem").read_bytes(), at.front.read_bytes()
    authority.verify_front(root, front, "exam.local", NOW.replace(year=2009))
    with pytest.raises(CertificateRefused):
        authority.verify_front(root, front, "exam.local", NOW.replace(year=2028))


def test_renewing_changes_the_front_only_when_it_must_and_never_the_ca(at: Places) -> None:
    before = made(at, BOX)
    assert keeping.renew(at, wanted(BOX), NOW) == (before, False)
    moved, changed = keeping.renew(at, wanted("192.168.1.20"), NOW)
    assert (changed, moved.addresses, moved.fingerprint) == (
        True, ("192.168.1.20",), before.fingerprint,
    )  # fmt: skip
    late = NOW + datetime.timedelta(days=authority.FRONT_DAYS - keeping.RENEW_DAYS + 1)
    later, changed = keeping.renew(at, wanted("192.168.1.20"), late)
    assert changed
    assert later.front_until > moved.front_until
    assert read_statement(at.data) == later


def test_a_damaged_or_lost_front_is_made_anew(at: Places) -> None:
    made(at, BOX)
    at.front.write_bytes(b"torn")
    assert keeping.renew(at, wanted(BOX), NOW)[1]
    at.front.unlink()
    assert keeping.renew(at, wanted(BOX), NOW)[1]
    assert not keeping.renew(at, wanted(BOX), NOW)[1]


def test_an_address_that_went_or_lies_outside_does_not_make_the_front_another(at: Places) -> None:
    made(at, BOX, "192.168.1.11")
    assert not keeping.renew(at, wanted(BOX), NOW)[1]
    more = keeping.within(at, wanted(BOX, "8.8.8.8"))
    assert more == wanted(BOX)
    assert keeping.good(at, more, NOW)
    assert not keeping.good(at, wanted("192.168.1.12"), NOW)


def test_the_pages_can_read_what_they_hand_out_whatever_the_mask_is(at: Places) -> None:
    before = os.umask(0o077)
    try:
        made(at, BOX)
    finally:
        os.umask(before)
    handed = at.data / "trust"
    assert stat.S_IMODE(handed.stat().st_mode) == 0o755
    assert {stat.S_IMODE(p.stat().st_mode) for p in handed.iterdir()} == {0o644}
    assert stat.S_IMODE(at.front.stat().st_mode) == 0o600


def test_what_cannot_be_done_is_refused_before_anything_is_changed(at: Places) -> None:
    with pytest.raises(NoAuthority):
        keeping.renew(at, wanted(BOX), NOW)
    with pytest.raises(AddressOutside):
        keeping.make(at, "x", wanted("8.8.8.8"), authority.PRIVATE, NOW)
    assert not at.keep.exists()
    made(at, BOX)
    with pytest.raises(AlreadyThere):
        made(at, BOX)
    front = at.front.read_bytes()
    for other in (wanted("8.8.8.8"), wanted(BOX, names=("www.bank.com",))):
        with pytest.raises(AddressOutside):
            keeping.renew(at, other, NOW)
    assert at.front.read_bytes() == front


def test_the_kit_installs_into_a_root_and_refuses_another_certificate(
    at: Places, tmp_path: Path
) -> None:
    told = made(at, BOX)
    with zipfile.ZipFile(at.data / "trust" / "kit.zip") as kit:
        kit.extractall(tmp_path)
    kit_folder, root = tmp_path / "examsite-trust", tmp_path / "machine"
    install = ["sh", kit_folder / "linux" / "install.sh", "--root", root]
    done = subprocess.run(install, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert " ".join(told.groups) in done.stdout
    store = root / "usr/local/share/ca-certificates/examsite-room.crt"
    assert authority.fingerprint(store.read_bytes()) == told.fingerprint
    policies = json.loads((root / "etc/chromium/policies/managed/examsite.json").read_text())
    assert policies["RestoreOnStartupURLs"] == ["https://exam.local/"]
    subprocess.run([*install, "--remove"], check=True, capture_output=True)
    assert not any(p.is_file() for p in root.rglob("*"))
    (kit_folder / "ca.cer").write_bytes(b"somebody else's")
    refused = subprocess.run(install, capture_output=True, text=True)
    assert refused.returncode == 1
    assert "not the room's certificate" in refused.stderr
    assert not any(p.is_file() for p in root.rglob("*"))


def test_the_kit_for_windows_names_the_certificate_that_is_in_it(at: Places) -> None:
    told = made(at, BOX)
    with zipfile.ZipFile(at.data / "trust" / "kit.zip") as kit:
        found = {n.removeprefix("examsite-trust/"): kit.read(n) for n in kit.namelist()}
    script = found["windows/install.ps1"].decode("utf-8-sig")
    assert hashlib.sha256(found["ca.cer"]).hexdigest().upper() == told.fingerprint
    assert f"'{told.fingerprint}'" in script
    assert hashlib.sha1(found["ca.cer"]).hexdigest().upper() in script
    assert "$$" not in script
    assert "\r\n" in script
    assert {"README.txt", "windows/GPO.txt", "linux/exam.desktop", "SHA256SUMS"} <= set(found)


def test_the_commands_do_it(enrolled: Path, tmp_path: Path) -> None:
    data = shutil.copytree(enrolled, tmp_path / "site")
    before = ["--data", str(data), "--lang", "en", "ca"]
    before += ["--keep", str(tmp_path / "keep"), "--front", str(tmp_path / "front.pem")]

    def run(*words: str) -> str:
        done = CliRunner().invoke(main, [*before, *words])
        assert done.exit_code == 0, done.output
        return done.output

    told = json.loads(run("make", "--address", "192.168.1.10", "--json"))
    assert told["names"] == ["exam.local"]
    assert told["fingerprint"] == json.loads(run("show", "--json"))["fingerprint"]
    assert "nothing was changed" in run("renew", "--address", "192.168.1.10")
    nobody = ("--master", str(tmp_path / "nobody"))
    said = run("renew", "--address", "192.168.1.10", "--force", *nobody)
    assert "reads it when it starts" in said
    assert "site-01" in told["name"]
