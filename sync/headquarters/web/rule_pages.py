"""Pages about what is examined: specifications with the basis of every rule."""

from flask import Blueprint, render_template

from sync.exam.blueprint import blueprint
from sync.headquarters.content import specifications
from sync.headquarters.content.bank import builtin_codes
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
