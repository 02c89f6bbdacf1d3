"""The web application of headquarters: the couriers' API and the staff's pages."""

from collections.abc import Callable
from importlib import resources

from flask import Flask, Response

from sync.headquarters.clock import wall_ms
from sync.headquarters.intake.edge import MAX_BATCH
from sync.headquarters.intake.gate import Gate
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.web import guard, views
from sync.headquarters.web.api import api, intake
from sync.headquarters.web.assessing_pages import assessing_pages
from sync.headquarters.web.bank_import_pages import bank_import_pages
from sync.headquarters.web.bank_pages import bank_pages
from sync.headquarters.web.board_pages import board_pages
from sync.headquarters.web.desk_pages import desk_pages
from sync.headquarters.web.enrolments import enrolments
from sync.headquarters.web.guard import PUBLIC, role
from sync.headquarters.web.item_pages import item_pages
from sync.headquarters.web.live import Boards
from sync.headquarters.web.marking_pages import marking_pages
from sync.headquarters.web.pages import pages
from sync.headquarters.web.paper_pages import paper_pages
from sync.headquarters.web.quota_pages import quota_pages
from sync.headquarters.web.readiness_pages import readiness_pages
from sync.headquarters.web.register_pages import register_pages
from sync.headquarters.web.release_pages import release_pages
from sync.headquarters.web.released_pages import released_pages
from sync.headquarters.web.result_pages import result_pages
from sync.headquarters.web.review_pages import review_pages
from sync.headquarters.web.roster_pages import roster_pages
from sync.headquarters.web.rule_pages import rule_pages
from sync.headquarters.web.uploads import uploads
from sync.headquarters.web.version_pages import version_pages
from sync.headquarters.web.watch_pages import watch_pages


def create_app(headquarters: Headquarters, clock: Callable[[], int] = wall_ms) -> Flask:
    """A WSGI application on an open data folder."""
    app = create_receiver(headquarters, clock)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    views.install(app)
    app.register_blueprint(api)
    app.register_blueprint(pages)
    for content in (rule_pages, bank_pages, bank_import_pages, item_pages, paper_pages):
        app.register_blueprint(content)
    app.register_blueprint(release_pages)
    app.register_blueprint(register_pages)
    app.register_blueprint(readiness_pages)
    app.register_blueprint(quota_pages)
    app.register_blueprint(roster_pages)
    for watching in (board_pages, watch_pages, result_pages, released_pages, desk_pages):
        app.register_blueprint(watching)
    app.extensions["boards"] = Boards()
    app.register_blueprint(marking_pages)
    app.register_blueprint(assessing_pages)
    app.register_blueprint(review_pages)
    app.register_blueprint(enrolments)
    app.register_blueprint(version_pages)
    app.add_url_rule("/favicon.ico", "favicon", role(PUBLIC)(_favicon))
    app.add_url_rule("/look/base.css", "base_css", role(PUBLIC)(_base_css))
    app.add_url_rule("/look/report.css", "report_css", role(PUBLIC)(_report_css))
    app.add_url_rule("/look/hq.css", "hq_css", role(PUBLIC)(_hq_css))
    app.add_url_rule("/look/watch.css", "watch_css", role(PUBLIC)(_watch_css))
    app.add_url_rule("/look/board.js", "board_js", role(PUBLIC)(_board_js))
    app.add_url_rule("/look/question.css", "question_css", role(PUBLIC)(_question_css))
    app.add_url_rule("/look/bank.css", "bank_css", role(PUBLIC)(_bank_css))
    app.add_url_rule("/look/bank.js", "bank_js", role(PUBLIC)(_bank_js))
    return app


def _base_css() -> Response:
    return _css(resources.files("sync").joinpath("look", "base.css").read_text("utf-8"))


def _report_css() -> Response:
    return _css(resources.files("sync").joinpath("look", "report.css").read_text("utf-8"))


def _hq_css() -> Response:
    return _css(resources.files("sync.headquarters.web").joinpath("static", "hq.css").read_text())


def _watch_css() -> Response:
    return _css(_static("watch.css"))


def _question_css() -> Response:
    return _css(resources.files("sync").joinpath("look", "question.css").read_text("utf-8"))


def _bank_css() -> Response:
    return _css(_static("bank.css"))


def _board_js() -> Response:
    return _script("board.js")


def _bank_js() -> Response:
    return _script("bank.js")


def _script(name: str) -> Response:
    headers = {"Cache-Control": "max-age=300"}
    return Response(_static(name), mimetype="text/javascript", headers=headers)


def _static(name: str) -> str:
    found = resources.files("sync.headquarters.web").joinpath("static", name)
    return found.read_text("utf-8")


def create_receiver(headquarters: Headquarters, clock: Callable[[], int] = wall_ms) -> Flask:
    """As create_app, of the intake alone: it holds no state and opens nothing."""
    app = Flask("sync.headquarters.web", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BATCH
    app.extensions["headquarters"] = headquarters
    app.extensions["clock"] = clock
    app.extensions["gate"] = Gate()
    guard.install(app)
    app.register_blueprint(intake)
    app.register_blueprint(uploads)
    return app


def _favicon() -> Response:
    return Response(status=204)


def _css(text: str) -> Response:
    return Response(text, mimetype="text/css", headers={"Cache-Control": "max-age=300"})
