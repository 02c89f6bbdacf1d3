"""What of the locked wheels no site needs stays out: fewer files to unpack on a slow disk.

dpkg flushes every file by itself, so their number is what an installation waits for.
"""

import re
import shutil
from pathlib import Path

from provisioning.packaging.running import run

# As a glob below site-packages.
LEFT_OUT = (
    # Only to install with.
    "pip",
    "pip-*.dist-info",
    "setuptools",
    "setuptools-*.dist-info",
    "pkg_resources",
    "_distutils_hack",
    "distutils-precedence.pth",
    "*.dist-info/RECORD",
    "*.dist-info/REQUESTED",
    "*.dist-info/INSTALLER",
    "*.dist-info/direct_url.json",
    # Sets up a developer's machine.
    "provisioning/bootstrap.sh",
    # The libraries' own tests.
    "Crypto/SelfTest",
    "sqlalchemy/testing",
    "**/tests",
    # For compilers and type checkers.
    "**/*.pyi",
    "**/*.pxd",
    "**/*.pxi",
    "**/*.pyx",
    "**/*.c",
    "**/*.h",
    # Databases that are not ours.
    "sqlalchemy/dialects/mysql",
    "sqlalchemy/dialects/mssql",
    "sqlalchemy/dialects/oracle",
    # Colours for the sources of three hundred languages; rich only names the package.
    "pygments/lexers/[!_]*",
    # Where to break words of eighty languages; ours are Chinese and English.
    "pyphen/dictionaries/hyph_[!e]*",
    "pyphen/dictionaries/hyph_e[!n]*",
    "pyphen/dictionaries/README*",
    # Debian's tzdata says the same.
    "tzdata",
    "tzdata-*.dist-info",
)
# Modules of ours that need what only headquarters has.
ONLY_WHOLE = ("sync.headquarters.store.s3",)
# Every module of ours is read, a page is printed, a picture is made: a part too few shows here.
PROOF = """
import importlib, pkgutil, sys, tempfile
missing = sys.argv[1:]
for room in ("sync", "siteapp", "provisioning"):
    package = importlib.import_module(room)
    for found in pkgutil.walk_packages(package.__path__, room + "."):
        if found.name not in missing and not found.name.endswith("__main__"):
            importlib.import_module(found.name)
if not missing:
    for name in ("psycopg", "psycopg_binary", "minio", "argon2"):
        importlib.import_module(name)
from weasyprint import HTML
assert HTML(string="<p>考场 exam</p>").write_pdf().startswith(b"%PDF")
import av, av.codec
assert av.codec.Codec("h264", "r") and av.codec.Codec("hevc", "r") and av.codec.Codec("mjpeg", "r")
from rich.console import Console
from rich.table import Table
Console(file=open("/dev/null", "w")).print(Table("a"))
from PIL import Image
with tempfile.TemporaryFile() as file:
    for kind in ("PNG", "JPEG", "WEBP"):
        Image.new("RGB", (8, 8)).save(file, kind)
"""


def leave_out(libraries: Path) -> None:
    """Take those parts away."""
    for pattern in LEFT_OUT:
        for path in sorted(libraries.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def strip(folder: Path) -> None:
    """Take symbols that only a debugger reads out of the libraries: a quarter of all bytes.

    A library that would no longer load stays as it is: the tool that made some wheels moved parts
    of theirs to where `strip` does not expect them.
    """
    for path in sorted(folder.rglob("*.so*")):
        if not path.is_file() or path.is_symlink():
            continue
        smaller = path.with_name(f"{path.name}.stripped")
        run("strip", "--strip-unneeded", "-o", smaller, path)
        if _loads(smaller):
            smaller.replace(path)
        else:
            smaller.unlink()


def _loads(library: Path) -> bool:
    """Each part of it lies where the kernel can map it."""
    parts = re.findall(
        r"^ *LOAD +(0x\w+) (0x\w+) .* (0x\w+)$", run("readelf", "-lW", library), re.MULTILINE
    )
    places = [[int(number, 16) for number in part] for part in parts]
    return bool(places) and all((at - to) % align == 0 for at, to, align in places)


def prove(python: Path, missing: tuple[str, ...] = ()) -> None:
    """All of ours runs with what is left; `missing` are modules of which that is not asked."""
    run(python, "-I", "-B", "-c", PROOF, *missing)
