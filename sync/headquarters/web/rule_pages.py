"""Pages about what is examined: specifications with the basis of every rule, and the bank."""

from collections import Counter

from flask import Blueprint, render_template, request

from sync.exam.blueprint import blueprint
from sync.exam.items import Bank, Item
from sync.headquarters.content import specifications
from sync.headquarters.content.bank import builtin_bank, builtin_codes
from sync.headquarters.register import staff
from sync.headquarters.web.guard import headquarters, role

rule_pages = Blueprint("rule_pages", __name__)


@rule_pages.get("/specifications")
@role(*staff.DESK)
def specification_list() -> str:
    """All specifications."""
    found = specifications.all_specifications(headquarters())
    return render_template("specifications.html", found=found, banks=builtin_codes())


@rule_pages.get("/specifications/<code>")
@role(*staff.DESK)
def specification_page(code: str) -> str:
    """One specification: components, blueprint, rules with their basis."""
    found = specifications.specification(headquarters(), code)
    theory = found.component("theory")
    cells = {(c.kind, c.field): c.items for c in blueprint(theory)}
    return render_template(
        "specification.html", found=found, theory=theory, cells=cells, banks=builtin_codes()
    )


@rule_pages.get("/bank/<code>")
@role("exam-officer")
def bank_page(code: str) -> str:
    """The items of a bank with their keys, by work field, kind and words."""
    bank = builtin_bank(code)
    field = request.args.get("field", "")
    kind = request.args.get("kind", "")
    text = request.args.get("text", "").strip()
    return render_template(
        "bank.html",
        specification=specifications.specification(headquarters(), code),
        bank=bank,
        items=[i for i in bank.items.values() if _fits(i, bank, field, kind, text)],
        counts=Counter((i.field, i.kind) for i in bank.items.values()),
        chosen={"field": field, "kind": kind, "text": text},
    )


def _fits(item: Item, bank: Bank, field: str, kind: str, text: str) -> bool:
    said = [item.id, item.stem, item.task, *item.options.values()]
    if item.situation:
        said.append(bank.situations[item.situation].text)
    return (
        field in ("", item.field)
        and kind in ("", item.kind)
        and (not text or any(text in part for part in said))
    )
