"""The files that make a Debian machine a room's server, as texts. Pure."""

from provisioning.setup.answers import PREFIX, Answers

NOTE = "# Written by examsite-setup; it writes it anew at every `apply`.\n"
CHRONY = "/etc/chrony/conf.d/examsite.conf"
FIREWALL = "/etc/examsite/firewall.nft"
FIREWALL_UNIT = "/etc/systemd/system/nftables.service.d/examsite.conf"
LOGS = "/etc/systemd/journald.conf.d/examsite.conf"
ADDRESS = "/etc/systemd/network/10-examsite.network"
ADDRESS_MANAGER = "/etc/NetworkManager/conf.d/examsite.conf"
NAMES = "/etc/examsite/names.conf"
FRONT = "/etc/systemd/system/haproxy.service.d/examsite.conf"
SETTINGS = "/var/lib/examsite/settings.toml"
SOCKET = "unix:/run/examsite/web.sock"


def chrony() -> str:
    """The room takes its time from this box, also where this box has nobody to ask."""
    return (
        f"{NOTE}allow 10.0.0.0/8\nallow 172.16.0.0/12\nallow 192.168.0.0/16\nallow fc00::/7\n"
        "# Without the internet all machines of the room at least agree.\nlocal stratum 10\n"
        "# A clock that is far off at boot is set, not slewed for days.\nmakestep 1 3\n"
    )


def firewall(answers: Answers) -> str:
    """In: the room's own services. Out: everything, so a line to headquarters needs nothing."""
    ssh = f"    ip saddr {answers.ssh_from} tcp dport 22 accept\n" if answers.ssh_from else ""
    names = "    udp dport { 53, 67 } accept\n    tcp dport 53 accept\n" if answers.names else ""
    return (
        f"#!/usr/sbin/nft -f\n{NOTE}"
        "table inet examsite\ndelete table inet examsite\n"
        "table inet examsite {\n"
        "  chain input {\n"
        "    type filter hook input priority 0; policy drop;\n"
        "    ct state established,related accept\n"
        "    iif lo accept\n"
        "    # ICMP of both kinds, by number: a small machine has no names for them.\n"
        "    meta l4proto { 1, 58 } accept\n"
        "    # Pages (443; 80 for machines without trust), and the room's time.\n"
        "    tcp dport { 80, 443 } accept\n"
        "    udp dport 123 accept\n"
        "    # Who announces itself: servers, cameras, seat agents.\n"
        "    udp dport 5353 accept\n"
        "    udp sport { 3702, 8510 } accept\n"
        f"{names}{ssh}"
        "  }\n"
        "  chain forward {\n"
        "    # It is no way from the room to anywhere else.\n"
        "    type filter hook forward priority 0; policy drop;\n"
        "  }\n"
        "}\n"
    )


def firewall_unit() -> str:
    """Debian's nftables.service with our file."""
    return (
        f"{NOTE}[Service]\nExecStart=\nExecStart=/usr/sbin/nft -f {FIREWALL}\n"
        f"ExecReload=\nExecReload=/usr/sbin/nft -f {FIREWALL}\n"
        "ExecStop=\nExecStop=/usr/sbin/nft delete table inet examsite\n"
    )


def address(card: str, own: str) -> str:
    """For systemd-networkd: that address, whatever else the card has, also before a cable is in."""
    return (
        f"{NOTE}[Match]\nName={card}\n\n[Network]\nAddress={own}/{PREFIX}\n"
        "LinkLocalAddressing=no\nConfigureWithoutCarrier=yes\nIgnoreCarrierLoss=yes\n"
        "# Another program of this machine may have given it one too.\nKeepConfiguration=yes\n"
    )


def address_manager(card: str) -> str:
    """For a desktop's NetworkManager: this card is not its own."""
    return f"{NOTE}[keyfile]\nunmanaged-devices=interface-name:{card}\n"


def names(answers: Answers, address: str, room_host: str) -> str:
    """Names for a room without a router: ours, Windows' question, and no others."""
    lent = ""
    if answers.dhcp:
        first, last = answers.dhcp
        lent = (
            f"dhcp-range={first},{last},{answers.network.netmask},12h\ndhcp-authoritative\n"
            "# The time is this box's too.\ndhcp-option=option:ntp-server,0.0.0.0\n"
        )
    return (
        f"{NOTE}no-resolv\nno-hosts\nbind-dynamic\nexcept-interface=lo\ncache-size=0\n"
        f"host-record={room_host},{address}\nhost-record={answers.host_name},{address}\n"
        "# Windows leaves a network on which these do not answer.\n"
        f"host-record=www.msftconnecttest.com,{address}\nhost-record=www.msftncsi.com,{address}\n"
        "host-record=dns.msftncsi.com,131.107.255.255\n"
        "# Every other name does not exist, and says so at once instead of after seconds.\n"
        # Not "address=/#/": that denies our own names too when the newer kind of address is asked.
        "local=/#/\n"
        f"{lent}"
    )
