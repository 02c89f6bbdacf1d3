"""Whatever an item says: written as QTI 3.0 and read again it is the same, byte for byte."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sync.headquarters.content.drafts import Draft, Kind, Place, whole
from sync.headquarters.content.html import text_to_html
from sync.headquarters.content.imports.reading import read_items
from sync.headquarters.content.imports.writing import package, write_item
from sync.headquarters.content.qti.scoring import score_item

# Text as people type it, with what XML has to escape; XML holds no control characters.
SIGNS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"])
TEXT = st.text(st.sampled_from("甲A<>&\"' 𠮷é\n") | SIGNS, min_size=1, max_size=20).map(
    lambda text: " ".join(text.split(" ")).strip() or "题"
)
HTML = TEXT.map(text_to_html)
KINDS: list[Kind] = [
    "single",
    "multiple",
    "truth",
    "entry",
    "text",
    "upload",
    "matching",
    "ordering",
]


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    """A whole item of any kind that a sheet can say."""
    kind = draw(st.sampled_from(KINDS))
    letters = "abcdef"[: draw(st.integers(2, 6))]
    words = draw(st.lists(HTML, min_size=len(letters), max_size=len(letters), unique=True))
    options = dict(zip(letters, words, strict=True))
    rows = {str(n): word for n, word in enumerate(words, 1)}
    shuffled = draw(st.permutations(letters))
    key: tuple[str, ...] = (shuffled[0],)
    if kind == "multiple":
        key = tuple(sorted(shuffled[: draw(st.integers(1, len(letters)))]))
    elif kind == "entry":
        key = tuple(draw(st.lists(TEXT, min_size=1, max_size=3, unique=True)))
    elif kind in ("matching", "ordering"):
        key = tuple(f"{n} {one}" for n, one in enumerate(shuffled, 1))
    elif kind in ("text", "upload"):
        key = ()
    chosen = kind in ("single", "multiple", "truth", "matching", "ordering")
    return Draft(
        draw(st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True)),
        kind,
        draw(HTML),
        options if chosen else {},
        rows if kind == "matching" else {},
        key,
        marks=draw(st.sampled_from([0.5, 1, 2, 3.5, 100])),
        difficulty=draw(st.none() | st.sampled_from([0.0, 0.35, 1.0])),
        reason=draw(st.just("") | HTML),
        situation=draw(st.just("") | HTML.map(lambda said: f"<p>{said}</p>")),
        field=draw(st.just("") | TEXT),
        task=draw(st.just("") | TEXT),
    )


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drafts())
def test_an_item_that_is_written_reads_as_the_same(tmp_path: Path, draft: Draft) -> None:
    kept, _ = whole([(draft, Place("x", 1))])
    assume(kept)
    (tmp_path / "i.xml").write_text(write_item(draft), "utf-8")
    found = read_items(tmp_path / "i.xml")
    assert found.refused == ()
    back = found.drafts[0][0]
    names = [n for n in draft.__struct_fields__ if n not in ("title", "qti")]
    assert {n: getattr(back, n) for n in names} == {n: getattr(draft, n) for n in names}
    assert write_item(back) == write_item(draft)


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(drafts(), min_size=1, max_size=4, unique_by=lambda draft: draft.id))
def test_a_package_that_is_written_and_read_is_written_the_same(
    tmp_path: Path, several: list[Draft]
) -> None:
    kept, _ = whole([(draft, Place("x", n)) for n, draft in enumerate(several)])
    assume(kept)
    made = package([draft for draft, _ in kept], {})
    (tmp_path / "p.zip").write_bytes(made)
    back = read_items(tmp_path / "p.zip")
    assert back.refused == ()
    assert package([draft for draft, _ in back.drafts], back.media) == made


@pytest.mark.parametrize("said", ["a", "b", None])
@settings(deadline=None, max_examples=15)
@given(draft=drafts().filter(lambda draft: draft.kind == "single" and draft.key != ("c",)))
def test_what_is_written_scores_by_its_key(said: str | None, draft: Draft) -> None:
    found = score_item(write_item(draft).encode(), {"RESPONSE": said})
    assert found["SCORE"] == (draft.marks if (said,) == draft.key else 0)
