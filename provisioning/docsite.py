"""The documents as a site of plain pages: `make docs`. No script, no request to anybody."""

import html
import re
import shutil
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from sync.words import Words

ROOT = Path(__file__).parents[1]
# What stands at the left: name, folder of docs/, language of its pages.
SECTIONS = (
    (Words("使用说明", "操作 · 中文"), "operate/zh", "zh-CN"),
    (Words("使用说明（英文）", "Operating"), "operate/en", "en"),
    (Words("参考（自动生成）", "Reference (generated)"), "reference", "en"),
    (Words("格式规范", "Formats"), "specs", "en"),
    (Words("设计", "Design"), "design", "en"),
)
# Doors on the first page: in Chinese, in English, and where both lead.
DOORS = (
    (Words("从 U 盘到回执", "From stick to receipt"), "operate/{}/new-site.html"),
    (Words("安装与登记", "Install and enrol"), "operate/{}/enrolment.html"),
    (Words("考点的一天", "The site's day"), "operate/{}/site.html"),
    (Words("考试日：每个人做什么", "The sitting day, by person"), "operate/{}/day.html"),
    (Words("考试日：按时间", "The sitting day, by the hour"), "operate/{}/hours.html"),
    (Words("遇到问题：按现象查找", "Trouble, by symptom"), "operate/{}/trouble.html"),
    (Words("安装考务总部", "Installing headquarters"), "operate/{}/headquarters-install.html"),
    (Words("考务总部", "Headquarters"), "operate/{}/headquarters.html"),
    (Words("HTTPS 信任", "HTTPS trust"), "operate/{}/trust.html"),
)
MORE = (
    (Words("命令", "Commands"), "reference/commands.html"),
    (Words("设置", "Settings"), "reference/settings.html"),
    (Words("错误代码", "Errors"), "reference/errors.html"),
    (Words("威胁模型", "Threat model"), "design/threat-model.html"),
    (Words("限制", "Limits"), "design/limits.html"),
)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


class Page(NamedTuple):
    """One document: where it lies below docs/, its title, its HTML."""

    path: Path
    title: str
    body: str

    @property
    def place(self) -> Path:
        """Where it lies in the site."""
        return self.path.with_name("index.html" if self.path.stem == "README" else
                                   f"{self.path.stem}.html")  # fmt: skip


def build(docs: Path, to: Path) -> list[Path]:
    """Write the site anew; the pages that were written."""
    if to.exists():
        shutil.rmtree(to)
    to.mkdir(parents=True)
    pages = list(read_pages(docs))
    for page in pages:
        lang = next((s[2] for s in SECTIONS if page.path.is_relative_to(s[1])), "zh-CN")
        _write(to / page.place, _frame(page, pages, lang))
    _write(to / "index.html", _home(pages))
    shutil.copytree(docs / "images", to / "images")
    for schema in (docs / "reference").glob("*.json"):
        shutil.copy(schema, to / "reference")
    style = (resources.files("sync") / "look" / "base.css").read_text("utf-8")
    own = (resources.files("provisioning") / "docsite.css").read_text("utf-8")
    _write(to / "style.css", style + own)
    return [to / page.place for page in pages]


def read_pages(docs: Path) -> Iterator[Page]:
    """Every document, those of a section together; its own table of contents first."""
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    for _, folder, _ in SECTIONS:
        found = sorted((docs / folder).glob("*.md"), key=lambda p: (p.stem != "README", p.stem))
        for path in found:
            tokens = parser.parse(_COMMENT.sub("", path.read_text("utf-8")))
            _turn_links(tokens)
            title = next((t.content for t in tokens if t.type == "inline"), path.stem)
            body = parser.renderer.render(tokens, parser.options, {})
            yield Page(path.relative_to(docs), title.replace("`", ""), body)


def _turn_links(tokens: list[Token]) -> None:
    """Links to documents lead to their pages; headings get names."""
    for n, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", _name(tokens[n + 1].content))
        for child in token.children or ():
            href = str(child.attrGet("href") or "")
            if child.type == "link_open" and "://" not in href:
                child.attrSet("href", re.sub(r"(README)?\.md(#|$)", _ending, href))


def _ending(found: re.Match[str]) -> str:
    return f"{'index' if found[1] else ''}.html{found[2]}"


def _name(title: str) -> str:
    """As GitHub names a heading."""
    kept = re.sub(r"[^\w\- ]", "", title.lower())
    return kept.replace(" ", "-")


def _frame(page: Page, pages: list[Page], lang: str) -> str:
    up = "../" * len(page.path.parent.parts)
    return _html(lang, page.title, up, f"{_menu(page, pages, up)}<main>{page.body}</main>")


def _menu(here: Page, pages: list[Page], up: str) -> str:
    parts = [f'<nav class="side"><p><a href="{up}index.html">examsite</a></p>']
    for words, folder, lang in SECTIONS:
        mine = [page for page in pages if page.path.parent == Path(folder)]
        is_open = " open" if here in mine else ""
        name = words.zh if lang == "zh-CN" else words.en
        links = "".join(_link(page, here, up) for page in mine)
        parts.append(f"<details{is_open}><summary>{name}</summary><ul>{links}</ul></details>")
    return "".join([*parts, "</nav>"])


def _link(page: Page, here: Page, up: str) -> str:
    current = ' aria-current="page"' if page == here else ""
    return f'<li><a href="{up}{page.place.as_posix()}"{current}>{html.escape(page.title)}</a></li>'


def _home(pages: list[Page]) -> str:
    def column(language: str) -> str:
        doors = [(w, to.format(language)) for w, to in DOORS]
        items = "".join(
            f'<li><a href="{to}">{words.zh if language == "zh" else words.en}</a></li>'
            for words, to in [*doors, *MORE]
        )
        lang = "zh-CN" if language == "zh" else "en"
        title = "离线优先的考点系统" if language == "zh" else "An exam site that needs no line"
        return f'<section class="card" lang="{lang}"><h2>{title}</h2><ul>{items}</ul></section>'

    none = Page(Path("README.md"), "examsite", "")
    middle = f'<h1>examsite</h1><div class="doors">{column("zh")}{column("en")}</div>'
    return _html("zh-CN", "examsite", "", f"{_menu(none, pages, '')}<main>{middle}</main>")


def _html(lang: str, title: str, up: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)} · examsite</title>"
        f'<link rel="stylesheet" href="{up}style.css"></head>'
        f'<body class="docs">{body}</body></html>\n'
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "docs")
    print(f"{len(build(ROOT / 'docs', target))} pages: {target / 'index.html'}")
