"""Papers: rare characters with their glyphs, no request, nothing of a name that is not text."""

import io
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from readied import said_report

from sync.errors import PrintingFailed
from sync.printing import pdf as printer
from sync.printing.page import Tongue
from sync.printing.pdf import keep_pdf, pdf
from sync.readiness.drawn import paper
from sync.wire.readiness import Place, Room

RARE = "㛃䶮𠮷𬭚"
# No font of ours has this one.
NOBODYS = "\U000f1234"
HOSTILE = f'{RARE}</p><script src="http://127.0.0.1/x"></script><img src=x onerror=1>'
HTML = '<html><style>body {{ font-family: "Noto Sans CJK SC" }} {style}</style>{body}</html>'


def fonts(reader: PdfReader) -> list[Any]:
    return [
        font.get_object()
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index, union-attr]
    ]


def drawn(reader: PdfReader) -> set[str]:
    """The characters that have a glyph; 0 and 65535 are the box for what no font has."""
    found = set()
    for font in fonts(reader):
        table = font["/ToUnicode"].get_data().decode()
        for number, code in re.findall(r"^<([0-9a-f]+)> <([0-9a-f]+)>$", table, re.M | re.I):
            if int(number, 16) not in (0, 0xFFFF):
                found.add(bytes.fromhex(code).decode("utf-16-be"))
    return found


def embedded(font: Any) -> bool:
    about = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
    return bool({"/FontFile2", "/FontFile3"} & set(about))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_rare_characters_of_a_name_are_text_with_glyphs_of_embedded_fonts(lang: Any) -> None:
    report = said_report("site-01", "am-1121")
    reader = PdfReader(io.BytesIO(pdf(paper(report, f"长沙{RARE}学校", Tongue(lang, True)))))
    text = "".join(page.extract_text() for page in reader.pages)
    assert f"长沙{RARE}学校" in text.replace("\n", "")
    assert set(RARE) <= drawn(reader)
    assert all(embedded(font) for font in fonts(reader))
    first, second = "考前检查报告", "Readiness report"
    order = (first, second) if lang == "zh" else (second, first)
    assert text.index(order[0]) < text.index(order[1])


def test_a_character_that_no_font_has_would_be_noticed() -> None:
    made = PdfReader(io.BytesIO(pdf(HTML.format(style="", body=f"{RARE}{NOBODYS}"))))
    assert set(RARE) <= drawn(made)
    assert NOBODYS not in drawn(made)


def test_a_name_is_text_whatever_it_holds() -> None:
    room = Room(HOSTILE, True, 1, 1, 0, (Place(1, 1, 1, False),))
    html = paper(said_report("site-01", "am", rooms=(room, room)), HOSTILE, Tongue("zh"))
    assert "<script" not in html
    assert "<img" not in html
    assert html.count("&lt;script") >= 3


def asking(port: int) -> str:
    """A page that would ask for something in every way that a page has."""
    there = f"http://127.0.0.1:{port}/x"
    style = f"@import url({there}.css); p {{ background: url({there}.png) }}"
    style += f"@font-face {{ font-family: x; src: url({there}.woff) }}"
    ways = f'<link rel="stylesheet" href="{there}.css"><img src="{there}.png">'
    ways += f'<object data="{there}"></object><embed src="{there}"><img src="file:///etc/hostname">'
    return HTML.format(style=style, body=f"<p style='font-family: x'>{ways}printed</p>")


CONTROL = "import sync.printing.child as c; c.Nothing = lambda: c.URLFetcher(timeout=0.2); c.main()"


@pytest.mark.parametrize(
    ("program", "asked"),
    [("sync.printing.child", False), pytest.param(CONTROL, True, marks=pytest.mark.long)],
)
def test_no_page_makes_the_printer_ask_anybody(program: str, asked: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as there:
        there.setblocking(False)
        html = asking(there.getsockname()[1]).encode()
        how = ["-c", program] if asked else ["-m", program]
        done = subprocess.run([sys.executable, "-I", *how], input=html, capture_output=True)
        assert done.stdout.startswith(b"%PDF-")
        if asked:
            there.accept()[0].close()
        else:
            with pytest.raises(BlockingIOError):
                there.accept()


def test_what_cannot_be_printed_leaves_no_file_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printer, "CHILD", "sync.printing.nowhere")
    with pytest.raises(PrintingFailed) as failed:
        keep_pdf(tmp_path / "a.pdf", "<p>a</p>")
    assert "sync.printing.nowhere" in str(failed.value.facts["reason"])
    assert list(tmp_path.iterdir()) == []


def test_a_page_beyond_all_bounds_is_refused_before_anything_is_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(printer, "MOST_HTML", 5)
    with pytest.raises(PrintingFailed):
        pdf("<p>123</p>")
