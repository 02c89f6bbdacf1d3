"""Is this software new enough for headquarters? Its signed rule against what runs here."""

from importlib import metadata
from pathlib import Path

from siteapp.identity import Identity
from siteapp.readiness.checks import known
from sync.errors import DocumentRefused
from sync.version_rules import RuleFile
from sync.wire.keys import VerifyKey
from sync.wire.readiness import Finding
from sync.wire.version_rule import VersionRule, allows

CHECK = "required-version"


def find_version(spool: Path, identity: Identity) -> Finding:
    """By the newest rule that lies here; without one, or with one that cannot count, unknown."""
    key = VerifyKey.from_bytes(identity.certificate.headquarters.receipt)
    here = metadata.version("examsite")
    try:
        rule = RuleFile(spool, key).held(identity.register.held())
    except DocumentRefused as error:
        return known(CHECK, None, f"{here} · {error.code}")
    return judge_version(rule, here)


def judge_version(rule: VersionRule | None, here: str) -> Finding:
    """That version by that rule."""
    if rule is None:
        return known(CHECK, None, here)
    return known(CHECK, allows(rule, here), f"{here} ≥ {rule.oldest} · {rule.reason}"[:200])
