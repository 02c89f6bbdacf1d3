"""Commands of this machine, as building a package uses them."""

import os
import subprocess
from pathlib import Path


def run(*command: str | Path, **more: str) -> str:
    """What a command says; it must succeed, and says why if it does not."""
    environment = os.environ | {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC"} | more
    words = [str(word) for word in command]
    done = subprocess.run(words, env=environment, check=False, text=True, capture_output=True)
    try:
        done.check_returncode()
    except subprocess.CalledProcessError as error:
        error.add_note(done.stderr)
        raise
    return done.stdout
