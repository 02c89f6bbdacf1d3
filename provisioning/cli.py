"""`examsite-setup`: makes a box a site."""

from pathlib import Path
from typing import BinaryIO

import click

from provisioning.demo.show import demonstrate
from provisioning.enrolling import MOST_BUNDLE, Enrolment, progress
from provisioning.errors import DemoDiffers
from provisioning.setup.commands import apply, doctor, plan, settle, uninstall, upgrade, verify
from provisioning.stick.commands import stick
from provisioning.trust.commands import ca
from provisioning.updating import update
from siteapp.identity import accept_certificate, make_keys
from sync.console import ExamGroup, say, show_json
from sync.stick import StickTransport
from sync.transport import HttpTransport
from sync.wire.enrolment import read_bundle
from sync.wire.files import write_durably
from sync.wire.keys import SigningKey
from sync.wire.six_words import SixWords


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


@main.command("enrol")
@click.argument("bundle", type=click.File("rb"))
@click.option(
    "--stick",
    type=click.Path(path_type=Path, file_okay=False),
    help="Without a line: leave the request on this stick, and take the answer from it.",
)
@click.option("--once", is_flag=True, help="Ask once instead of waiting for headquarters.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line.")
@click.pass_obj
def enrol_command(
    folder: Path, bundle: BinaryIO, stick: Path | None, once: bool, as_json: bool
) -> None:
    """Make this box a site with the bundle of headquarters (a file; - for what a scanner types)."""
    enrolment = Enrolment(folder, read_bundle(bundle.readline(MOST_BUNDLE)))
    given, words = enrolment.bundle, enrolment.words()
    if not as_json:
        _read_out(given.site, given.name, words)
    if stick is not None:
        found = enrolment.ask(StickTransport(stick, given.site))
    else:
        key = SigningKey.generate()
        with HttpTransport(given.address, given.site, key) as line:
            found = enrolment.ask(line) if once else enrolment.wait(line)
    if found is not None:
        write_setting(folder, "headquarters", given.address)
    if as_json:
        click.echo(progress(words, found))
    elif found is not None:
        say(
            f"本机已登记为考点 {found.site} {found.name}；请删除登记包",
            f"This box is now site {found.site} {found.name}; delete the bundle",
        )
    else:
        say(
            "等待总部核对六个词；核对后请再次运行本命令",
            "Headquarters has yet to confirm the words; then run this again",
        )


def _read_out(site: str, name: str, words: SixWords) -> None:
    say(
        f"考点 {site} {name}。请打电话给总部，读出六个词：",
        f"Site {site} {name}. Call headquarters and read out:",
    )
    click.echo("\n    " + "  ".join(words.in_("zh")))
    click.echo("    " + "  ".join(words.in_("en")) + "\n")
    say(
        "两行任选其一；读汉字时请逐字组词（如“杯子的杯”）。对方不应先说出这些词",
        "Either line will do. They must not tell you the words first",
    )


@main.command("accept")
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
def accept(folder: Path, certificate: Path, root: str, headquarters: str, as_json: bool) -> None:
    """Accept a certificate that headquarters' root signed by hand."""
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


main.add_command(ca)
main.add_command(update)
main.add_command(stick)


def write_setting(folder: Path, name: str, value: str | int) -> None:
    """Add or replace one line of the settings file."""
    path = folder / "settings.toml"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    kept = [line for line in lines if line.partition("=")[0].strip() != name]
    shown = f'"{value}"' if isinstance(value, str) else str(value)
    write_durably(path, "\n".join([*kept, f"{name} = {shown}", ""]).encode())


for command in (plan, apply, verify, doctor, uninstall, upgrade, settle):
    main.add_command(command)


if __name__ == "__main__":
    main()
