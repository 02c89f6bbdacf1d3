"""The benchmark runs: one that nobody runs between releases would be found broken at the next."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_benchmark_of_the_answer_path_runs_and_prints_its_figures() -> None:
    program = [sys.executable, "tests/bench/answer_path.py", "--only", "closed", "--json"]
    paths = os.pathsep.join(str(ROOT / part) for part in (".", "tests", "tests/bench"))
    done = subprocess.run(
        [*program, "--seconds", "0.3", "--clients", "30"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=300,
    )
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["saves_per_s"] > 0
    assert figures["no_write_per_s"] > 0
    assert figures["paced_p99_ms"] > 0
