"""`examsite`: runs the site and does from the shell what the pages do."""

from pathlib import Path

import click

from sync.console import Commands, ExamGroup

ROOM = "siteapp.commands"
# Command → the module that has it, and its name there; what is called is read, and nothing else.
PLACES = {
    "serve": ("serving", "serve_command"),
    "courier": ("courier", "courier_command"),
    "package": ("packages", "package"),
    "unlock": ("packages", "unlock"),
    "users": ("users", "users"),
    "discover": ("discover", "discover"),
    "check": ("check", "check_command"),
    "cameras": ("cameras", "cameras_command"),
    "standby": ("standby", "standby"),
    "recovery": ("recovery", "recovery"),
    "backup": ("recovery", "backup"),
    "adopt": ("recovery", "adopt_command"),
    "print": ("printing", "print_command"),
    "journal": ("journal", "journal"),
    "check-files": ("journal", "check_files"),
    "rescue": ("rescue", "rescue"),
    "rooms": ("rooms", "rooms"),
    "retention": ("retention", "retention"),
    "seb": ("seb", "seb"),
    "support-bundle": ("support", "support_bundle"),
    "status": ("status", "status_command"),
    "send-again": ("status", "send_again_command"),
}


@click.group(cls=ExamGroup, commands=Commands(ROOM, PLACES))
@click.version_option(package_name="examsite")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("/var/lib/examsite"),
    show_default=True,
    help="The site's data folder.",
)
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of messages.")
@click.pass_context
def main(ctx: click.Context, data: Path, lang: str | None) -> None:
    """The exam site: one small server that runs the sitting in the room."""
    ctx.obj = data


if __name__ == "__main__":
    main()
