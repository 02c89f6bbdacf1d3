"""The audit page has words for every act that is written into the log."""

import re
from pathlib import Path

import siteapp
from siteapp.web.audited import ACTS

WRITTEN = re.compile(
    r'''(?:\.audit|carry_out|note_act)\(\s*[^"()]*(?:\(\)\.name)?[^"()]*"([a-z-]+)"'''
)


def test_every_act_of_the_audit_log_has_words() -> None:
    sources = Path(siteapp.__file__).parent.rglob("*.py")
    written = {name for path in sources for name in WRITTEN.findall(path.read_text("utf-8"))}
    assert {"sign-in", "move", "rescue-refused", "refuse-rescue", "unlock"} <= written
    assert written == set(ACTS)
