"""`examsite-setup ca`: the room's own CA, its front's certificate, and the kit for machines."""

import datetime
import ipaddress
from pathlib import Path

import click

from provisioning.errors import AddressOutside
from provisioning.trust import keeping
from provisioning.trust.authority import PRIVATE, Address, Network
from provisioning.trust.front import MASTER, hand_over
from provisioning.trust.keeping import Places, Wanted
from siteapp.config import Settings
from siteapp.identity import load_identity
from siteapp.lan.addresses import places
from siteapp.trust import Statement
from sync.console import FOLDER, say, show_json

KEEP, FRONT = Path("/etc/examsite/trust"), Path("/etc/examsite/front.pem")
A_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
@click.option("--keep", type=FOLDER, default=KEEP, show_default=True, help="Where the CA lies.")
@click.option(
    "--front",
    type=A_FILE,
    default=FRONT,
    show_default=True,
    help="The front's certificate and key, for HAProxy.",
)
@click.pass_context
def ca(ctx: click.Context, keep: Path, front: Path) -> None:
    """The room's own CA, limited to this box's names and private networks."""
    ctx.obj = Places(ctx.obj, keep, front)


name_option = click.option(
    "--name", "names", multiple=True, help="A DNS name of this box [the setting room_host]."
)
address_option = click.option(
    "--address", "addresses", multiple=True, help="An address of this box [all that it has]."
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON line.")


@ca.command("make")
@name_option
@address_option
@click.option(
    "--network",
    "networks",
    multiple=True,
    help="A network that the CA may speak for [the private ones, and this box's addresses].",
)
@json_option
@click.pass_obj
def make_command(
    at: Places,
    names: tuple[str, ...],
    addresses: tuple[str, ...],
    networks: tuple[str, ...],
    as_json: bool,
) -> None:
    """Make the CA, certify the front, and lay out the kit for student machines."""
    wanted = _wanted(at.data, names, addresses)
    limits = [_network(text) for text in networks] or _usual(wanted.addresses)
    site = load_identity(at.data).site
    _tell(keeping.make(at, site, wanted, limits, _now()), as_json)


@ca.command("show")
@json_option
@click.pass_obj
def show_command(at: Places, as_json: bool) -> None:
    """Fingerprint, names, addresses, and when the certificate ends."""
    _tell(keeping.show(at), as_json)


@ca.command("renew")
@name_option
@address_option
@click.option("--force", is_flag=True, help="Also if the certificate is good for long.")
@click.option(
    "--master",
    type=A_FILE,
    default=MASTER,
    show_default=True,
    help="The socket of HAProxy, which takes the new certificate while it runs.",
)
@json_option
@click.pass_obj
def renew_command(
    at: Places,
    names: tuple[str, ...],
    addresses: tuple[str, ...],
    force: bool,
    master: Path,
    as_json: bool,
) -> None:
    """Certify the front anew if it ends within sixty days or this box has other addresses.

    Machines that trust the CA need nothing; connections go on. A timer runs this every day.
    """
    wanted = _wanted(at.data, names, addresses)
    told, changed = keeping.renew(
        at, wanted if addresses else keeping.within(at, wanted), _now(), force
    )
    taken = changed and hand_over(at.front, master)
    if as_json:
        show_json({"renewed": changed, "taken": taken, **_facts(told)})
        return
    if taken:
        say("证书已更新，前端已换上新证书", "Certified anew; the front has it already")
    elif changed:
        say("证书已更新；前端启动时读取", "Certified anew; the front reads it when it starts")
    else:
        say("证书仍然有效，没有改动", "The certificate is still good; nothing was changed")
    _tell(told, False)


def _wanted(data: Path, names: tuple[str, ...], addresses: tuple[str, ...]) -> Wanted:
    room_host = Settings.load(data).text("room_host")
    found = addresses or tuple(one.address for one in places())
    return Wanted(names or (room_host,), tuple(_address(text) for text in found))


def _usual(addresses: tuple[Address, ...]) -> list[Network]:
    outside = [a for a in addresses if not any(a in network for network in PRIVATE)]
    return [*PRIVATE, *(ipaddress.ip_network(str(one)) for one in outside)]


def _address(text: str) -> Address:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        raise AddressOutside(address=text) from None


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise AddressOutside(address=text) from None


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _facts(told: Statement) -> dict[str, object]:
    return {name: getattr(told, name) for name in told.__struct_fields__}


def _tell(told: Statement, as_json: bool) -> None:
    if as_json:
        show_json(_facts(told))
        return
    say(f"根证书 {told.name}，有效至 {told.until}", f"CA {told.name}, until {told.until}")
    click.echo(f"  SHA-256 {' '.join(told.groups)}")
    here = ", ".join((*told.names, *told.addresses))
    say(f"  本机：{here}，有效至 {told.front_until}", f"  front: {here}, until {told.front_until}")
    say(f"  只能用于：{', '.join(told.limits)}", f"  may speak for: {', '.join(told.limits)} only")
