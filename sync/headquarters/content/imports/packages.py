"""QTI content packages and single items: what the manifest names is there, every item is whole."""

from functools import partial
from pathlib import Path, PurePosixPath
from posixpath import normpath
from urllib.parse import unquote

from sync.headquarters.content.drafts import Draft, Found, Place, Refusal, whole
from sync.headquarters.content.html import Source
from sync.headquarters.content.imports.archives import Package, outside
from sync.headquarters.content.imports.media import named
from sync.headquarters.content.qti.markup import Node, node, parse
from sync.headquarters.content.qti.reading import read_item
from sync.headquarters.content_errors import PackageRefused, QtiRefused
from sync.words import Words

MANIFEST = "imsmanifest.xml"


def read_package(path: Path) -> Found:
    """The items of a package; PackageRefused if it has no manifest or lacks what that names."""
    kept: dict[str, bytes] = {}
    found: list[tuple[Draft, Place]] = []
    refused: list[Refusal] = []
    with Package(path) as package:
        if MANIFEST not in package.members:
            raise _refused(
                path.name, [Words("没有 imsmanifest.xml", "there is no imsmanifest.xml")]
            )
        manifest = node(parse(package.read(MANIFEST), MANIFEST))
        for name in _items(manifest, package, refused):
            draft = _one(package, name, kept, refused)
            if draft:
                found.append((draft, Place(name, 1)))
    good, more = whole(found)
    return Found(tuple(good), tuple(refused + more), kept)


def _items(manifest: Node, package: Package, refused: list[Refusal]) -> list[str]:
    """The members that are items; every file that a resource names must be there.

    A member is read once, however often it is named.
    """
    missing: list[Words] = []
    items: dict[str, int] = {}
    twice: dict[str, Refusal] = {}
    for resource in (one for one in manifest.below() if one.name == "resource"):
        named_here = [resource.get("href"), *(one.get("href") for one in resource.all("file"))]
        for href in dict.fromkeys(one for one in named_here if one):
            name = member("", href)
            if href.startswith(("http:", "https:")) or name in package.members:
                continue
            missing.append(
                Words(
                    f"{MANIFEST} 第 {resource.line} 行：缺少文件 {href[:80]}",
                    f"{MANIFEST} line {resource.line}: {href[:80]} is missing",
                )
            )
        if "item" in resource.get("type").lower() and resource.get("href"):
            name = member("", resource.get("href"))
            if name in items:
                again = Words(
                    f"第 {items[name]} 行已列出 {name[:80]}",
                    f"{name[:80]} is also at line {items[name]}",
                )
                twice[name] = Refusal(MANIFEST, resource.line, "", "item-refused", again)
            items.setdefault(name, resource.line)
    if missing:
        raise _refused(package.file, missing)
    if not items:
        raise _refused(package.file, [Words("包内没有试题", "there is no item in it")])
    refused += twice.values()
    return list(items)


def _one(
    package: Package, name: str, kept: dict[str, bytes], refused: list[Refusal]
) -> Draft | None:
    folder = str(PurePosixPath(name).parent)
    mine: dict[str, bytes] = {}

    def source(href: str, folder: str = folder) -> str | None:
        found = member(folder, href)
        return named(found, package.read(found), mine) if found in package.members else None

    def stimulus(href: str) -> tuple[bytes, Source] | None:
        found = member(folder, href)
        here = partial(source, folder=str(PurePosixPath(found).parent))
        return (package.read(found), here) if found in package.members else None

    try:
        draft = read_item(package.read(name), source, stimulus)
    except QtiRefused as error:
        refused.append(Refusal(name, error.at, "", error.code, error.reason))
        return None
    kept |= mine
    return draft


def member(folder: str, href: str) -> str:
    """The member that an address in a document of a folder means; nothing if it leads out."""
    path = unquote(href.split("#")[0].split("?")[0])
    found = normpath(f"{folder}/{path}" if folder not in ("", ".") else path)
    return "" if outside(found) or path.startswith("/") else found


def read_single(path: Path, data: bytes) -> Found:
    """One item in a file of its own; it can show no pictures, which come in packages only."""
    try:
        draft = read_item(data, lambda _: None)
    except QtiRefused as error:
        return Found((), (Refusal(path.name, error.at, "", error.code, error.reason),))
    good, refused = whole([(draft, Place(path.name, 1))])
    return Found(tuple(good), tuple(refused))


def _refused(file: str, problems: list[Words]) -> PackageRefused:
    return PackageRefused([Words(f"{file}：{one.zh}", f"{file}: {one.en}") for one in problems])
