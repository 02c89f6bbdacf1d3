"""`examsite-setup`: makes a box a site."""

from pathlib import Path

import click

from provisioning.demo.show import demonstrate
from provisioning.errors import DemoDiffers
from siteapp.identity import accept_certificate, make_keys
from sync.console import ExamGroup, say, show_json
from sync.wire.files import write_durably


@click.group(cls=ExamGroup)
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
    """From a bare machine to a site."""
    ctx.obj = data


@main.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write it here.")
@click.pass_obj
def keys(folder: Path, out: Path | None) -> None:
    """Make this box's keys and the enrolment request for headquarters."""
    envelope = make_keys(folder)
    if out:
        write_durably(out, envelope)
    path = out or folder / "request.json"
    say(
        f"密钥已生成；请把登记申请 {path} 交给考务总部",
        f"Keys made; give the enrolment request {path} to headquarters",
    )


def an_address(_: click.Context, __: click.Parameter, value: str) -> str:
    """An address that the courier can use, or none."""
    if value and not value.startswith(("http://", "https://")):
        raise click.BadParameter(
            f"应以 http:// 或 https:// 开头 / must begin with http(s)://: {value}"
        )
    return value


@main.command()
@click.argument("certificate", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--root", required=True, help="Fingerprint of headquarters' root key, as told.")
@click.option(
    "--headquarters",
    default="",
    callback=an_address,
    help="Address of headquarters for the courier: https://host.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON line.")
@click.pass_obj
def enrol(folder: Path, certificate: Path, root: str, headquarters: str, as_json: bool) -> None:
    """Accept headquarters' certificate for this box."""
    accepted = accept_certificate(folder, certificate.read_bytes(), root)
    if headquarters:
        write_setting(folder, "headquarters", headquarters)
    if as_json:
        show_json({"site": accepted.site, "name": accepted.name, "serial": accepted.serial})
    else:
        say(
            f"本机已登记为考点 {accepted.site} {accepted.name}",
            f"This box is now site {accepted.site} {accepted.name}",
        )


@main.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/demo"),
    show_default=True,
    help="Where the run keeps its data; emptied first if an earlier run made it.",
)
@click.option("--once", is_flag=True, help="End by itself instead of leaving the services up.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object as the last line.")
def demo(folder: Path, once: bool, as_json: bool) -> None:
    """A whole sitting on this machine, end to end."""
    if not demonstrate(folder.resolve(), once, as_json):
        raise DemoDiffers


def write_setting(folder: Path, name: str, value: str | int) -> None:
    """Add or replace one line of the settings file."""
    path = folder / "settings.toml"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    kept = [line for line in lines if line.partition("=")[0].strip() != name]
    shown = f'"{value}"' if isinstance(value, str) else str(value)
    write_durably(path, "\n".join([*kept, f"{name} = {shown}", ""]).encode())


if __name__ == "__main__":
    main()
