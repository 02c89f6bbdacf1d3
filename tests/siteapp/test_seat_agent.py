"""Server and seat agent: one protocol in two files, strict on both sides."""

import ast
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from siteapp.lan import protocol
from siteapp.lan.agent import seatagent
from siteapp.lan.protocol import probe, read_answer

TOKEN, NONCE, NAME = b"t" * 32, b"n" * 16, "0123456789abcdef"
TOLD = seatagent.look()


def agent(**facts: Any) -> seatagent.Agent:
    return seatagent.Agent(TOKEN, NAME, lambda: TOLD | facts)


def answer(body: bytes, version: int = 1, token: bytes = TOKEN, kind: bytes = b"!") -> bytes:
    """An answer as anybody who has a token could make one."""
    content = b"EXSA" + bytes([version]) + kind + NONCE + body
    return content + hmac.digest(token, content, hashlib.sha256)


def body(**facts: Any) -> bytes:
    told = TOLD | {"agent": NAME, "clock_ms": 1_795_000_000_000} | facts
    return json.dumps(told, ensure_ascii=False).encode()


def test_what_the_agent_on_this_machine_tells_is_what_the_server_reads() -> None:
    sent = agent().answer(probe(TOKEN, NONCE))
    assert sent is not None
    told = read_answer(TOKEN, sent)
    assert told is not None
    assert (told.nonce, told.version) == (NONCE, 1)
    assert told.facts is not None
    assert told.facts.agent == NAME
    assert (told.facts.memory_mib or 0) > 100


def test_both_files_have_the_same_numbers() -> None:
    for name in ("VERSION", "PORT", "MAGIC", "PROBE", "ANSWER", "NONCE", "MAC"):
        assert getattr(protocol, name) == getattr(seatagent, name)
    assert len(probe(TOKEN, NONCE)) == seatagent.PROBE_LENGTH
    assert seatagent.MOST_BODY + protocol.HEAD + protocol.MAC <= protocol.MOST_ANSWER


def test_the_agent_answers_nobody_without_the_token_and_nothing_that_is_no_probe() -> None:
    good = probe(TOKEN, NONCE)
    assert agent().answer(good) is not None
    wrong = [probe(b"x" * 32, NONCE), good[:-1], good + b"x", b"", b"EXSA", good[:4] + good[5:]]
    wrong += [bytes(b ^ (i == n) for i, b in enumerate(good)) for n in range(len(good))]
    assert [agent().answer(one) for one in wrong] == [None] * len(wrong)


def test_a_flood_of_probes_gets_twenty_answers_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seatagent.time, "monotonic", lambda: 5.0)
    one = agent()
    got = [one.answer(probe(TOKEN, NONCE)) is not None for _ in range(50)]
    assert sum(got) == seatagent.ANSWERS_A_SECOND
    monkeypatch.setattr(seatagent.time, "monotonic", lambda: 6.0)
    assert one.answer(probe(TOKEN, NONCE)) is not None


@pytest.mark.parametrize(
    "facts",
    [
        {"memory_mib": -1},
        {"memory_mib": 2**41},
        {"memory_mib": "8192"},
        {"memory_mib": 1e400},
        {"load_percent": 101},
        {"host": "x" * 65},
        {"host": "\u202eevil"},
        {"remote": ["x"] * 17},
        {"remote": ["a\nb"]},
        {"agent": "../../etc"},
        {"zone_minutes": 10_000},
        {"battery": {"percent": 50}},
        {"more": 1},
    ],
)
def test_an_answer_of_no_shape_is_no_answer(facts: dict[str, Any]) -> None:
    assert read_answer(TOKEN, answer(body())) is not None
    assert read_answer(TOKEN, answer(body(**facts))) is None


def test_bytes_of_no_shape_are_no_answer() -> None:
    good = answer(body())
    wrong = [answer(b"["), answer(b"\xff"), answer(b"[" * 1300), answer(b"{}"), b"", good[:-1]]
    wrong += [answer(body(), token=b"x" * 32), answer(body(), kind=b"?"), answer(b" " * 1400)]
    wrong += [good[:n] + bytes([good[n] ^ 1]) + good[n + 1 :] for n in range(0, len(good), 7)]
    assert [read_answer(TOKEN, one) for one in wrong] == [None] * len(wrong)


def test_another_version_is_told_from_an_error_and_its_body_is_not_read() -> None:
    told = read_answer(TOKEN, answer(b"\x00\xffwhatever", version=2))
    assert told is not None
    assert (told.version, told.facts) == (2, None)


def test_remote_control_programs_are_named_by_their_processes() -> None:
    names = ["ToDesk.exe", "SunloginClient.exe", "tv_w32.exe", "TeamViewer.exe", "winvnc4.exe"]
    found = seatagent.remote_programs([*names, "notepad.exe", "mstsc.exe", "todesk_service"])
    assert found == ["TeamViewer", "ToDesk", "VNC", "mstsc", "向日葵 Sunlogin"]
    assert seatagent.remote_programs(["chrome.exe", "explorer.exe"]) == []


def test_what_a_machine_cannot_say_is_null_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(seatagent, "read", lambda path: "")
    told = seatagent.look()
    assert (told["memory_mib"], told["displays"]) == (None, None)
    assert agent(**told).answer(probe(TOKEN, NONCE)) is not None


def test_the_agent_keeps_its_name_and_runs_where_it_cannot_be_kept(tmp_path: Path) -> None:
    name = seatagent.name_of(tmp_path)
    assert seatagent.name_of(tmp_path) == name
    (tmp_path / "seatagent.id").write_text("../evil")
    assert seatagent.name_of(tmp_path) != "../evil"
    assert len(seatagent.name_of(tmp_path / "not there")) == 16


def test_the_agent_is_one_file_for_old_pythons_that_imports_the_standard_library_only() -> None:
    tree = ast.parse(Path(seatagent.__file__).read_text("utf-8"), feature_version=(3, 8))
    names = {
        a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names
    }
    names |= {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert names.isdisjoint({"siteapp", "sync", "zeroconf", "psutil"})
