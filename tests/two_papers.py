"""A session in which one candidate has two papers, one after the other."""

from pathlib import Path

import msgspec
import world

from sync.wire.documents import Certificate, write_package


def two_papers(
    hq: world.Headquarters, certificate: Certificate, folder: Path, rest: int
) -> world.Package:
    """The package of `make_package`; its first candidate has both sittings, with rest between."""
    made = world.make_package(hq, certificate, folder)
    replace = msgspec.structs.replace
    first, second = made.plan.sittings
    somebody, *others = made.plan.candidates
    plan = replace(
        made.plan,
        sittings=(first, replace(second, break_minutes=rest)),
        candidates=(replace(somebody, sittings=("live", "media")), *others),
    )
    write_package(made.path, plan, made.papers, certificate, made.codes, hq.release)
    return world.Package(made.path, plan, made.papers, made.codes, made.banks)
