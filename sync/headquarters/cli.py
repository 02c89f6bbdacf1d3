"""`examhq`: everything headquarters does, from the shell."""

from pathlib import Path

import click

from sync.console import FOLDER, Commands, ExamGroup

ROOM = "sync.headquarters.commands"
# Command → the module that has it, and its name there. What is called is read, and nothing else:
# half of the time that a command took was reading what it did not need.
PLACES = {
    "init": ("setup", "init"),
    "upgrade-database": ("setup", "upgrade_database"),
    "backup": ("copies", "backup"),
    "restore": ("copies", "restore_command"),
    "verify": ("copies", "verify_command"),
    "users": ("setup", "users"),
    "samples": ("setup", "samples_command"),
    "serve": ("serving", "serve_command"),
    "receive": ("serving", "receive_command"),
    "work": ("serving", "work_command"),
    "specifications": ("content", "specifications_group"),
    "bank": ("content", "bank"),
    "keys": ("keys", "keys_group"),
    "site": ("enrolments", "site"),
    "application": ("application", "application"),
    "version": ("version", "version"),
    "update": ("update", "update"),
    "readiness": ("readiness", "readiness"),
    "quota": ("quota", "quota"),
    "calendar": ("quota", "calendar"),
    "session": ("desk", "session"),
    "sitting": ("desk", "sitting"),
    "papers": ("papers", "papers"),
    "roster": ("desk", "roster"),
    "publish": ("desk", "publish_command"),
    "codes": ("unlocking", "codes_command"),
    "online-unlock": ("unlocking", "online_unlock_command"),
    "batches": ("results", "batches"),
    "take": ("results", "take"),
    "stick": ("results", "stick"),
    "reconcile": ("results", "reconcile"),
    "score": ("results", "score"),
    "results": ("released", "results_group"),
    "marks": ("results", "marks"),
    "journal": ("results", "journal"),
    "files": ("files", "files"),
    "assess": ("assessing", "assess"),
    "review": ("review", "review_group"),
    "items": ("items", "items_group"),
    "corrections": ("marking", "corrections_group"),
    "board": ("watch", "board"),
    "missing": ("watch", "missing_command"),
    "incidents": ("watch", "incidents_command"),
    "search-results": ("watch", "search_results"),
    "receipt": ("watch", "receipt_command"),
    "quarantine": ("watch", "quarantine"),
    "audit": ("watch", "audit"),
    "support": ("support", "support"),
}


@click.group(cls=ExamGroup, commands=Commands(ROOM, PLACES))
@click.version_option(package_name="examsite")
@click.option(
    "--data",
    type=FOLDER,
    default=Path("/var/lib/examhq"),
    show_default=True,
    help="Headquarters' data folder.",
)
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of messages.")
@click.pass_context
def main(ctx: click.Context, data: Path, lang: str | None) -> None:
    """Headquarters: registers sites, publishes packages, takes in results."""
    ctx.obj = data
