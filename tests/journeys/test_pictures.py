"""Imported items with a picture, a sound and formulas: import, sealed package, page, marks."""

import signal
from pathlib import Path

import world
from barriers import found
from browsers import Watch
from candidate_page import CandidatePage
from pictured import pictured
from playwright.sync_api import expect
from premises import Person, Process
from room import open_room

from siteapp.site import Site
from sync.exam.drawing import assemble
from sync.exam.items import Bank
from sync.exam.journal import standing_responses
from sync.exam.marking import mark_theory
from sync.headquarters.content.bank_items import off_paper, paper_item, paper_situation
from sync.headquarters.content.imports.reading import read_items
from sync.wire.documents import Papers, write_package

WIDTH = "e => e.complete ? e.naturalWidth : 0"
# What a browser that draws no formulas shows.
ON_ONE_LINE = """import('/static/candidate/formula.js').then(({ formulaText }) => formulaText(
  new DOMParser().parseFromString(`<math><msqrt><mfrac><msup><mi>x</mi><mn>2</mn></msup>
    <msub><mi>y</mi><mn>1</mn></msub></mfrac></msqrt></math>`, 'application/xml')
    .documentElement))"""
RIGHT = {"pic-a": ["a"], "pic-b": ["a", "c"], "pic-c": ["b"], "inl-d": ["a"]}


def imported(folder: Path) -> tuple[Bank, dict[str, bytes]]:
    """The items of the package as a bank, and their files."""
    came = read_items(pictured(folder, next(iter(world.LIVE.work_fields))))
    assert came.refused == ()
    drafts = [draft for draft, _ in came.drafts]
    assert [off_paper(draft) for draft in drafts] == [None] * 4
    shared = {one.id: one for one in (paper_situation(d) for d in drafts if d.situation)}
    return Bank(world.LIVE.code, {d.id: paper_item(d) for d in drafts}, shared, {}), came.media


def test_what_an_item_shows_gets_to_the_candidate_and_its_answer_to_the_marks(
    tmp_path: Path, watch: Watch
) -> None:
    bank, media = imported(tmp_path)
    hq, folder = world.Headquarters(), tmp_path / "site"
    hq.enrol(folder)
    site = Site(folder)
    certificate = site.identity.certificate
    made = world.make_package(hq, certificate, tmp_path)
    first, *others = made.papers.forms
    form = assemble(bank, world.LIVE, first.id, list(bank.items.values()), "seed")
    papers = Papers((form, *others), made.papers.seed, media)
    path = tmp_path / "pictured.package"
    write_package(path, made.plan, papers, certificate, made.codes, hq.release)
    open_room(site, world.Package(path, made.plan, papers, made.codes, {world.LIVE.code: bank}))
    site.close()
    serving = Process(folder, "serve", "--port", "0")
    sitter = made.plan.candidates[0]
    person = Person(sitter.admission, sitter.identity[-6:], sitter.seat, "live", sitter.name)
    page = watch.machine().new_page()
    paper = CandidatePage(page, serving.says(r"up: (http://\S+)\n"), person, bank)
    try:
        paper.enter()
        look_at_all(paper)
        paper.hand_in()
    finally:
        serving.end(signal.SIGTERM)
    site = Site(folder)
    (standing,) = standing_responses(site.live.events("am-1121")).values()
    site.close()
    responses = {item: one.response for item, one in standing.items()}
    assert {item: sorted(said) for item, said in responses.items()} == RIGHT
    marked = mark_theory(form, bank, world.LIVE, responses)
    assert marked.marks == marked.of > 0


def look_at_all(paper: CandidatePage) -> None:
    """Each of the three is as its author made it, and is answered by its key."""
    page, barriers = paper.page, {}
    for number in (1, 2, 3, 4):
        paper.go(number)
        name = next(one for one in RIGHT if one in page.locator(".stem").inner_text())
        if name == "pic-a":
            expect(page.get_by_role("img", name="两场直播的成交额")).to_be_visible()
            page.wait_for_function(f"({WIDTH})(document.querySelector('.stem img')) === 240")
            assert page.locator(".option-text msup").count() == 1
            high = page.locator(".option-text msup mn").bounding_box()
            low = page.locator(".option-text msup mi").bounding_box()
            assert high and low and high["y"] < low["y"]
        elif name == "pic-b":
            page.wait_for_function("document.querySelector('.stem audio').readyState > 0")
        elif name == "inl-d":
            expect(page.locator(".stem")).to_contain_text("成交总额（inl-d）的缩写是____。")
        else:
            expect(page.locator(".beside th[colspan='2']")).to_have_text("两场直播")
            page.wait_for_function(f"({WIDTH})(document.querySelector('.beside img')) === 240")
        barriers[name] = found(page)
        wanted = {"pic-a": ["msup"], "pic-b": ["甲", "丙"], "pic-c": ["乙"], "inl-d": ["GMV"]}[name]
        for option in page.locator("label.option").all():
            text = option.locator(".option-text")
            if text.inner_text() in wanted or text.locator("msup").count():
                option.click()
    paper.expect_saved(4)
    assert page.evaluate(ON_ONE_LINE) == "√((x^(2))/(y_(1)))"
    assert {name: rules for name, rules in barriers.items() if rules} == {}
