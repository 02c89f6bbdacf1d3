"""What a real browser seals, the site opens."""

import base64

from browsers import Watch
from premises import Premises

from sync.wire.rescue import RescueKey, attempt_key, new_secret, open_rescue

SEAL = """async ([keys, whose, saves]) => {
  const { canSeal, rescueFile } = await import("/static/candidate/rescue.js");
  return canSeal() ? rescueFile(keys, whose, saves) : null;
}"""
WHOSE = ("journey", "live/一号", "0a1b2c3d4e5f")
# Rare characters, quotes and a line break.
TEXT = '㛃 䶮 𠮷 “引号” "\\\n'


def base(raw: bytes) -> str:
    """Base64, as the page gets its keys."""
    return base64.b64encode(raw).decode()


def test_the_site_reads_what_a_browser_sealed(premises: Premises, watch: Watch) -> None:
    premises.furnish()
    page = watch.machine().new_page()
    page.goto(premises.start_site())
    key, secret = RescueKey.generate(), new_secret()
    session, attempt, instance = WHOSE
    keys = {
        "site": "site-01",
        "key": base(key.public),
        "mac": base(attempt_key(secret, session, attempt)),
    }
    whose = {"session": session, "attempt": attempt, "instance": instance}
    choices = [{"item": "a", "response": ["x", "y"], "sequence": n} for n in range(1, 1000)]
    text = [{"item": "b", "response": TEXT, "sequence": 1000}]
    file = page.evaluate(SEAL, [keys, whose, choices + text])
    rescued = open_rescue(file.encode(), "site-01", key, secret)
    assert (rescued.session, rescued.attempt, rescued.instance) == WHOSE
    assert [s.sequence for s in rescued.saves] == list(range(1, 1001))
    assert rescued.saves[-1].response == TEXT


def test_half_a_character_spoils_no_file(premises: Premises, watch: Watch) -> None:
    premises.furnish()
    page = watch.machine().new_page()
    page.goto(premises.start_site())
    key, secret = RescueKey.generate(), new_secret()
    mac = attempt_key(secret, *WHOSE[:2])
    keys = {"site": "site-01", "key": base(key.public), "mac": base(mac)}
    whose = dict(zip(("session", "attempt", "instance"), WHOSE, strict=True))
    half = SEAL.replace("saves)", 'saves.map((s) => ({ ...s, response: "a\\uD83Db" })))')
    file = page.evaluate(half, [keys, whose, [{"item": "b", "response": "", "sequence": 1}]])
    rescued = open_rescue(file.encode(), "site-01", key, secret)
    assert [s.response for s in rescued.saves] == ["a\ufffdb"]
