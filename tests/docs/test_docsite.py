"""The documents as a site: every link leads somewhere, and nothing is asked of anybody outside."""

import re
import subprocess
from html.parser import HTMLParser
from os.path import normpath
from pathlib import Path
from urllib.parse import unquote

import pytest

from provisioning.docsite import build

DOCS = Path(__file__).parents[2] / "docs"


class Seen(HTMLParser):
    """What a page loads, where it leads, the names in it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.leads: list[str] = []
        self.names: set[str] = set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.names |= {found["id"]} if "id" in found else set()
        if tag == "a":
            self.leads.append(found["href"])
        else:
            self.loads += [found[name] for name in ("src", "href") if name in found]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Seen]:
    """Every page of the site, read."""
    to = tmp_path_factory.mktemp("docs") / "site"
    pages = [*build(DOCS, to), to / "index.html"]
    return {path: Seen(path) for path in pages}


def broken(site: dict[Path, Seen]) -> list[str]:
    found = []
    for path, seen in site.items():
        for link in (*seen.leads, *seen.loads):
            if re.match(r"[a-z]+:", link):
                continue
            file, _, name = unquote(link).partition("#")
            target = Path(normpath(path.parent / file)) if file else path
            known = not name or name in site[target].names if target in site else target.exists()
            if not known:
                found.append(f"{path.name} → {link}")
    return found


def test_every_document_is_a_page_and_every_link_leads_somewhere(site: dict[Path, Seen]) -> None:
    written = [p for p in DOCS.rglob("*.md") if p.parent != DOCS]
    assert len(site) == len(written) + 1
    assert broken(site) == []


def test_a_broken_link_would_be_noticed(site: dict[Path, Seen]) -> None:
    path = next(iter(site))
    worse = Seen(path)
    worse.leads = ["nowhere.html", "#nothing"]
    assert len(broken(site | {path: worse})) == 2


def test_a_page_loads_nothing_from_outside_and_has_no_script(site: dict[Path, Seen]) -> None:
    for path, seen in site.items():
        assert [one for one in seen.loads if "//" in one] == []
        assert "<script" not in path.read_text("utf-8")
    style = (top(site) / "style.css").read_text("utf-8")
    assert re.findall(r"url\((?!data:)|@import|//[a-z]", style) == []


def top(site: dict[Path, Seen]) -> Path:
    """The site's folder."""
    return next(path.parent for path in site if (path.parent / "style.css").exists())


def lacking(site: dict[Path, Seen]) -> list[str]:
    """Pages for people that are there in one language, or do not lead to the other."""
    found = []
    for here, there in (("zh", "en"), ("en", "zh")):
        for path in (p for p in site if p.parent == top(site) / "operate" / here):
            other = top(site) / "operate" / there / path.name
            leads = {
                Path(normpath(path.parent / link.partition("#")[0])) for link in site[path].leads
            }
            if other not in site or other not in leads:
                found.append(f"{here}/{path.name}")
    return found


def test_what_people_read_is_there_in_both_languages_and_leads_from_one_to_the_other(
    site: dict[Path, Seen],
) -> None:
    assert lacking(site) == []
    (gone,) = (p for p in site if p.match("operate/en/trouble.html"))
    assert lacking({p: seen for p, seen in site.items() if p != gone}) == ["zh/trouble.html"]
    for language, said in (("zh", "zh-CN"), ("en", "en")):
        for path in (top(site) / "operate" / language).glob("*.html"):
            assert f'<html lang="{said}">' in path.read_text("utf-8")


def test_make_docs_builds_the_site_and_make_check_holds_the_documents() -> None:
    def would_run(target: str) -> str:
        make = ["make", "-n", target]
        return subprocess.run(make, cwd=DOCS.parent, capture_output=True, text=True).stdout

    assert "-m provisioning.docsite" in would_run("docs")
    assert "pytest tests/docs" in would_run("check")


def test_from_the_first_page_every_page_is_two_steps_away(site: dict[Path, Seen]) -> None:
    first = top(site) / "index.html"
    reached = {Path(normpath(first.parent / link.partition("#")[0])) for link in site[first].leads}
    assert set(site) - reached <= {first}
