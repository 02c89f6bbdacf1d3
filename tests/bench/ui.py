"""The pages in figures: `make bench-ui`, with ARGS=--json for one JSON line.

Each part is a module with `figures(browser) -> dict`; a part adds its own and is listed in PARTS.
"""

import argparse
import json
import sys

import ui_candidate
import walls
from browsers import chromium

PARTS = {"candidate": ui_candidate.figures, "wall": walls.figures}


def main() -> int:
    """Measure the parts that are asked for; all, if none is."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--only", choices=sorted(PARTS))
    given = arguments.parse_args()
    with chromium() as browser:
        if browser is None:
            print("Chromium is not installed", file=sys.stderr)
            return 3
        figures: dict[str, float] = {}
        for name, part in PARTS.items():
            if given.only in (None, name):
                figures |= part(browser)
    if given.json:
        print(json.dumps(figures))
    else:
        print("\n".join(f"{name:28}{value}" for name, value in figures.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
