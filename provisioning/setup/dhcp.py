"""Does somebody lend addresses on this network already? One question by DHCP; nothing is taken.

By raw packets: a machine without an address can ask, whatever else holds port 68, and no firewall
keeps the answer away. Only root may. docs/design/dependencies.md says why no library.
"""

import ipaddress
import secrets
import select
import socket
import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from typing import NamedTuple

ETHERNET_IP = 0x0800
CLIENT, SERVER, UDP = 68, 67, 17
# RFC 2131: the fields before the options, and what options begin with.
BOOTP = struct.Struct("!4BIHH4s4s4s4s16s64s128s")
COOKIE = b"\x63\x82\x53\x63"
BROADCAST = 0x8000
MESSAGE, SERVER_ID, CLIENT_WANTS, END = 53, 54, 55, 255
DISCOVER, OFFER = 1, 2
# Servers first look whether an address is free: up to some seconds.
PATIENCE_S, AGAIN_S, AFTER_S = 4.0, 1.5, 1.0


class Lender(NamedTuple):
    """Who would lend an address, and which."""

    card: str
    server: str
    offered: str


def lenders(cards: Iterable[str], patience_s: float = PATIENCE_S) -> list[Lender]:
    """All who answer on these cards in that time; an empty list where raw packets are refused."""
    number, found = secrets.randbits(32), dict[tuple[str, str], Lender]()
    with ExitStack() as held:
        doors = {}
        for card in cards:
            with suppress(OSError):
                door = held.enter_context(_door())
                door.bind((card, ETHERNET_IP))
                doors[door] = card
        until, again = time.monotonic() + patience_s, 0.0
        while doors and (now := time.monotonic()) < until:
            if now >= again:
                _ask(doors, number)
                again = now + AGAIN_S
            for door in select.select(list(doors), [], [], min(again, until) - now)[0]:
                if told := read_offer(door.recv(2048), number):
                    # Who else there is answers about as soon.
                    until = min(until, now + AFTER_S)
                    found[doors[door], told[0]] = Lender(doors[door], *told)
    return list(found.values())


def _door() -> socket.socket:
    """Where IP packets of a card pass by; the kernel adds and takes the frame."""
    return socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETHERNET_IP))


def _ask(doors: dict[socket.socket, str], number: int) -> None:
    for door, card in doors.items():
        hardware = door.getsockname()[4]
        with suppress(OSError):
            door.sendto(discover(hardware, number), (card, ETHERNET_IP, 0, 0, b"\xff" * 6))


def discover(hardware: bytes, number: int) -> bytes:
    """An IP packet that asks who would lend; it asks for nothing to be kept."""
    none = bytes(4)
    options = bytes((MESSAGE, 1, DISCOVER, CLIENT_WANTS, 2, 1, 3, END))
    head = BOOTP.pack(
        1, 1, len(hardware), 0, number, 0, BROADCAST, none, none, none, none, hardware, b"", b""
    )
    said = (head + COOKIE + options).ljust(300, b"\0")
    # A sum of 0 in UDP: not reckoned.
    udp = struct.pack("!4H", CLIENT, SERVER, 8 + len(said), 0) + said
    everybody = b"\xff" * 4
    begin = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, UDP, 0, none, everybody)
    return begin[:10] + struct.pack("!H", _sum(begin)) + begin[12:] + udp


def _sum(data: bytes) -> int:
    """The check sum of an IP head (RFC 1071)."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def read_offer(packet: bytes, number: int) -> tuple[str, str] | None:
    """(server, offered) if this packet is an offer to that question; whatever else passes: None."""
    if len(packet) < 20 or packet[9] != UDP:
        return None
    udp = packet[(packet[0] & 15) * 4 :]
    said = udp[8:]
    if len(said) < BOOTP.size + 4 or udp[:2] != SERVER.to_bytes(2, "big"):
        return None
    head = BOOTP.unpack_from(said)
    if head[0] != 2 or head[4] != number or said[BOOTP.size :][:4] != COOKIE:
        return None
    options = dict(_options(said[BOOTP.size + 4 :]))
    server = options.get(SERVER_ID, packet[12:16])
    if options.get(MESSAGE) != bytes([OFFER]) or len(server) != 4:
        return None
    return str(ipaddress.IPv4Address(server)), str(ipaddress.IPv4Address(head[8]))


def _options(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 1 < len(data) and data[at] != END:
        if data[at] == 0:
            at += 1
            continue
        length = data[at + 1]
        yield data[at], data[at + 2 : at + 2 + length]
        at += 2 + length
