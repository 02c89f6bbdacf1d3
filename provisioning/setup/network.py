"""The steps of the network: this box's address, the firewall, names for a room without a router."""

from provisioning.setup import files
from provisioning.setup.around import Around, Written
from sync.words import Words


class Address(Written):
    """A room without a router gives this box no address: it takes its own."""

    name, unit = "address", "systemd-networkd"
    why = Words("考场没有路由器时，本机自定地址", "where no router gives this box an address")

    def wanted(self, around: Around) -> bool:
        """An address is asked for, and no card has it by other means."""
        own = around.answers.address
        if not own or not around.facts.cards:
            return False
        ours = around.machine.read(files.ADDRESS) is not None
        return ours or own not in around.facts.addresses

    def texts(self, around: Around) -> dict[str, str]:
        """One file for the card, and a word to the desktop's network manager."""
        card = around.answers.card or around.facts.cards[0]
        texts = {files.ADDRESS: files.address(card, around.answers.address)}
        if around.machine.at("/etc/NetworkManager").is_dir():
            texts[files.ADDRESS_MANAGER] = files.address_manager(card)
        return texts

    def do(self, around: Around) -> None:
        """Write; who else minds the card lets it go first."""
        if files.ADDRESS_MANAGER in self.texts(around):
            around.machine.write(files.ADDRESS_MANAGER, self.texts(around)[files.ADDRESS_MANAGER])
            around.machine.tell("try-reload-or-restart", "NetworkManager")
        super().do(around)

    def undo(self, around: Around) -> None:
        """The card is as Debian has it."""
        for path in (files.ADDRESS, files.ADDRESS_MANAGER):
            around.machine.remove(path)
        around.machine.tell("disable", self.unit)
        around.machine.tell("try-restart", "NetworkManager")


class Names(Written):
    """dnsmasq for a room without a router."""

    name, unit = "names", "examsite-names"
    why = Words("没有路由器时解析名称、分配地址", "names and addresses where there is no router")

    def wanted(self, around: Around) -> bool:
        """Asked for."""
        return around.answers.names or bool(around.answers.dhcp)

    def texts(self, around: Around) -> dict[str, str]:
        """One file."""
        return {files.NAMES: files.names(around.answers, around.address, around.room_host)}


class Firewall(Written):
    """nftables: the room's services and nothing else."""

    name, unit = "firewall", "nftables"
    why = Words("只开放考场所需的端口", "only what the room needs gets in")

    def texts(self, around: Around) -> dict[str, str]:
        """The rules, and the unit's way to them."""
        return {
            files.FIREWALL: files.firewall(around.answers),
            files.FIREWALL_UNIT: files.firewall_unit(),
        }

    def done(self, around: Around) -> bool:
        """The kernel has them too: the unit is content when it has once run."""
        return super().done(around) and around.machine.filters("examsite")
