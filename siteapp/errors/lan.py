"""Errors of looking through the room's network."""

from sync.errors import EnvironmentFault, InputRefused, NotFound
from sync.words import Words


class NoRoomNetwork(EnvironmentFault):
    """This server has no address in any network but its own."""

    code = "no-room-network"
    message = Words("本机没有连接到考场网络", "This server is in no network of a room")
    hint = Words("请检查网线和交换机", "Check the cable and the switch")


class NetworkTooWide(InputRefused):
    """More addresses than anybody asks by mistake."""

    code = "network-too-wide"
    message = Words(
        "网段 {network} 有 {addresses} 个地址，查找约需 {minutes} 分钟",
        "The network {network} has {addresses} addresses: about {minutes} minutes",
    )
    hint = Words(
        "用 --network 指定考场所在的较小网段，或加 --yes 确认",
        "Name the room's smaller network with --network, or add --yes",
    )


class NoMachineFound(NotFound):
    """Nobody answered in the networks that were looked through."""

    code = "no-machine-found"
    message = Words("{networks} 中没有发现机器", "No machine was found in {networks}")
    hint = Words(
        "请检查考试机是否开机，是否与服务器在同一网段",
        "Check that the machines are on and in the server's network",
    )
