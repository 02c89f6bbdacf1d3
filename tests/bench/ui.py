"""The pages in figures: `make bench-ui`, with ARGS=--json for one JSON line.

Each part is a function of the browser, listed in PARTS. Which is on is said on standard error.
`--only NAME` measures one; with `--kept FILE` each part's figures go into
that file when it is done, and a part that is in it already is not measured again.
"""

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path

import ui_barriers
import ui_candidate
import walls
from browsers import chromium

PARTS = {"candidate": ui_candidate.figures, **ui_barriers.PARTS, "wall": walls.figures}
# Of these a part has its share, and all together are the figure.
SUMMED = ("axe_pages", "axe_violations", "wide_pages")
Figures = dict[str, float]


def main() -> int:
    """Measure the parts that are asked for; all, if none is."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--only", choices=sorted(PARTS))
    arguments.add_argument("--kept", type=Path, help="figures of parts, to go on from")
    given = arguments.parse_args()
    kept = _kept(given.kept)
    with chromium() as browser:
        if browser is None:
            print("Chromium is not installed", file=sys.stderr)
            return 3
        for name, part in PARTS.items():
            if given.only not in (None, name) or name in kept:
                continue
            began = time.monotonic()
            _say(f"{name} …")
            kept[name] = part(browser)
            _say(f"{name}: {time.monotonic() - began:.0f} s")
            if given.kept:
                given.kept.write_text(json.dumps(kept))
    figures = together(kept)
    if given.json:
        print(json.dumps(figures))
    else:
        print("\n".join(f"{name:28}{value}" for name, value in figures.items()))
    return 0


def together(parts: dict[str, Figures]) -> Figures:
    """All figures in one; those that are shared out are added up."""
    figures: Figures = {}
    sums = Counter[str]()
    for part in parts.values():
        for name, value in part.items():
            sums[name] += int(value) if name in SUMMED else 0
            figures[name] = sums[name] if name in SUMMED else value
    return figures


def _kept(file: Path | None) -> dict[str, Figures]:
    return dict(json.loads(file.read_text())) if file and file.exists() else {}


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
