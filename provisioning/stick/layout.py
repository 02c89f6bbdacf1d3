"""What lies where on an installation stick, below `examsite-install` (docs/specs/stick.md)."""

from pathlib import Path

BUNDLE, ANSWERS, ROOMS = "bundle.json", "answers.toml", "rooms.xlsx"
PRESEED, SCRIPT, README = "preseed.cfg", "install.sh", "README.txt"
KITS, DEBIAN = "kits", "debian"
# As on the stick that travels: whoever reads the one reads the other.
TRAVELS = "examsite"
KEYS, VERSION = f"{TRAVELS}/keys.json", f"{TRAVELS}/version.json"
PACKAGES, UPDATES = f"{TRAVELS}/packages", f"{TRAVELS}/updates"
# Where a machine keeps what it has taken from a stick; root writes there, the site reads.
KEPT = Path("/var/lib/examsite-stick")
HELD = KEPT / "held"
