"""The kit that makes a student machine trust the room and open the exam page in kiosk: one zip."""

import base64
import hashlib
import io
import json
import zipfile
from importlib import resources
from importlib.resources.abc import Traversable
from string import Template
from typing import NamedTuple

from siteapp.trust import Statement

ROOT = "examsite-trust"
# A zip with the day of its making in it would differ every time.
STAMP = (2020, 1, 1, 0, 0, 0)
TEXT = (".txt", ".ps1", ".cmd", ".sh", ".json", ".desktop")
# Windows' own tools read these only so.
DOS = (".ps1", ".cmd")


class Told(NamedTuple):
    """What a kit is made of: the root (PEM and DER) and what is said of it."""

    pem: bytes
    der: bytes
    statement: Statement


def kit(told: Told) -> bytes:
    """The zip; the same facts give the same bytes."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in sorted(files(told).items()):
            info = zipfile.ZipInfo(f"{ROOT}/{name}", STAMP)
            info.external_attr = (0o755 if name.endswith(".sh") else 0o644) << 16
            made.writestr(info, content, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def files(told: Told) -> dict[str, bytes]:
    """Name → content of everything in the kit, with the digests of all."""
    found = {"ca.crt": told.pem, "ca.cer": told.der}
    for path, source in _templates(resources.files("provisioning.trust") / "kit"):
        text = Template(source.read_text("utf-8")).substitute(_facts(told))
        found[path] = _encoded(path, text)
    found["linux/chromium-policies.json"] = _json(chromium_policies(told))
    found["linux/firefox-policies.json"] = _json(firefox_policies(told))
    sums = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in sorted(found.items())
    )
    return found | {"SHA256SUMS": sums.encode()}


def address(told: Told) -> str:
    """What the kiosk opens."""
    return f"https://{told.statement.names[0]}/"


def chromium_policies(told: Told) -> dict[str, object]:
    """For Chromium, Chrome and Edge: trust, the exam page at the start, nothing that asks."""
    return {
        "CACertificates": [base64.b64encode(told.der).decode()],
        "HomepageLocation": address(told),
        "RestoreOnStartup": 4,
        "RestoreOnStartupURLs": [address(told)],
        "VideoCaptureAllowedUrls": [address(told)],
        # Incognito windows forget answers that are only on the machine.
        "IncognitoModeAvailability": 1,
        "PasswordManagerEnabled": False,
        "AutofillAddressEnabled": False,
        "AutofillCreditCardEnabled": False,
        "TranslateEnabled": False,
        "SyncDisabled": True,
        "BrowserSignin": 0,
        "DefaultBrowserSettingEnabled": False,
        "ComponentUpdatesEnabled": False,
    }


def firefox_policies(told: Told) -> dict[str, object]:
    """For Firefox: the same."""
    return {
        "policies": {
            "Certificates": {
                "ImportEnterpriseRoots": True,
                "Install": ["/usr/local/share/ca-certificates/examsite-room.crt"],
            },
            "Homepage": {"URL": address(told), "StartPage": "homepage", "Locked": True},
            "DisablePrivateBrowsing": True,
            "DisableAppUpdate": True,
            "DisableTelemetry": True,
            "OfferToSaveLogins": False,
            "OverrideFirstRunPage": "",
            "NoDefaultBookmarks": True,
        }
    }


def _templates(folder: Traversable, below: str = "") -> list[tuple[str, Traversable]]:
    found = []
    for one in folder.iterdir():
        name = f"{below}{one.name}"
        if one.is_dir():
            found += _templates(one, f"{name}/")
        elif name.endswith(TEXT):
            found.append((name, one))
    return found


def _facts(told: Told) -> dict[str, str]:
    said = told.statement
    return {
        "name": said.name,
        "address": address(told),
        "fingerprint": said.fingerprint,
        "groups": " ".join(said.groups),
        "thumbprint": hashlib.sha1(told.der, usedforsecurity=False).hexdigest().upper(),
        "until": said.until,
        "limits": ", ".join(said.limits),
    }


def _encoded(path: str, text: str) -> bytes:
    """PowerShell 5 takes a file without a mark for the machine's old code page."""
    if path.endswith(DOS):
        text = text.replace("\n", "\r\n")
    return text.encode("utf-8-sig" if path.endswith((".ps1", ".txt")) else "utf-8")


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2, sort_keys=True) + "\n").encode()
