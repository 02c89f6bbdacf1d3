"""Until the codes are there, no words of an item lie in anything that the site writes."""

import base64
import io
import json
import logging
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import world
from room import staff_browser

from siteapp.site import Site
from sync.serving import spool_in
from sync.wire.unlock import UnlockCode

AM = "am-1121"
SHORTEST = 6


def words(package: world.Package) -> list[str]:
    """Every text of the papers that is long enough to be nobody else's."""
    items = [item for form in package.papers.forms for item in form.items()]
    texts = [t for item in items for t in (item.stem, *(text for _, text in item.options))]
    tasks = [t.title for form in package.papers.forms for t in form.tasks]
    return [text for text in {*texts, *tasks} if len(text) >= SHORTEST]


def written(text: str) -> Iterator[bytes]:
    """The ways in which a program may have written a text."""
    for coding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"):
        yield text.encode(coding)
    yield json.dumps(text).strip('"').encode()
    # Base64 at each of its three places, without the characters that neighbours share.
    raw = text.encode()
    for shift in range(3):
        shifted = base64.b64encode(bytes(shift) + raw)
        yield shifted[4 if shift else 0 : -4]


def readable(data: bytes) -> Iterator[bytes]:
    """The bytes, and what any zlib stream in them unpacks to."""
    yield data
    place = data.find(b"\x78")
    while place >= 0:
        try:
            unpacked = zlib.decompressobj().decompress(data[place:], 1 << 20)
        except zlib.error:
            unpacked = b""
        if len(unpacked) > SHORTEST:
            yield unpacked
        place = data.find(b"\x78", place + 1)


def found(package: world.Package, *places: Path | str) -> set[str]:
    """Which places show a text of an item."""
    needles = [needle for text in words(package) for needle in written(text)]
    files = [f for p in places if isinstance(p, Path) for f in p.rglob("*") if f.is_file()]
    data = {str(f): f.read_bytes() for f in files}
    data |= {p[:20]: p.encode() for p in places if isinstance(p, str)}
    return {
        name
        for name, raw in data.items()
        if any(needle in one for one in readable(raw) for needle in needles)
    }


@pytest.fixture
def morning(
    site: Site,
    package: world.Package,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> world.Package:
    """The package came by the page, somebody tried wrong codes, and the site has worked a while."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(tempfile, "tempdir", None)
    spool_in(site.folder)
    admin = staff_browser(site, "administrator")
    file = (io.BytesIO(package.path.read_bytes()), "a.package")
    assert admin.post("/admin/packages", data={"file": file}).status_code == 303
    package.path.unlink()
    chief = staff_browser(site, "chief")
    typed = {f"code{n}": UnlockCode.generate(n).spoken for n in (1, 2)}
    assert chief.post(f"/admin/sessions/{AM}/unlock", data=typed).status_code == 403
    for page in ("/admin", f"/admin/sessions/{AM}", "/admin/audit", "/api/room"):
        chief.get(page)
    site.packer.cut(site.live.session(AM))
    site.live.keep_clock()
    return package


def test_before_the_codes_no_words_of_an_item_are_in_folder_temporary_files_or_logs(
    site: Site, morning: world.Package, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert len(words(morning)) > 100
    assert found(morning, tmp_path, caplog.text) == set()
    # Nor after them: the open papers are in memory alone.
    site.shelf.unlock(site.live.session(AM), morning.codes)
    site.packer.cut(site.live.session(AM))
    assert found(morning, tmp_path, caplog.text) == set()


@pytest.mark.parametrize("way", ["plain", "escaped", "utf-16", "base64", "packed", "logged"])
def test_a_word_left_in_any_of_these_ways_would_be_found(
    open_package: world.Package, tmp_path: Path, way: str
) -> None:
    text = "题：" + words(open_package)[0]
    ways = {
        "plain": text.encode(),
        "escaped": json.dumps({"stem": text}).encode(),
        "utf-16": text.encode("utf-16"),
        "base64": base64.b64encode(text.encode()),
        "packed": b"x\x78y" + zlib.compress(text.encode() * 3),
        "logged": b"",
    }
    folder = tmp_path / "left"
    folder.mkdir()
    (folder / "file").write_bytes(ways[way])
    assert found(open_package, folder, text if way == "logged" else "") != set()
