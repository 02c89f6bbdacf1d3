import subprocess
import sys

import pytest

from siteapp.cli import main

HEAVY = ["flask", "sqlite_utils", "zeroconf", "psutil"]


@pytest.mark.parametrize(("command", "read"), [("courier", []), ("serve", HEAVY)])
def test_the_courier_reads_nothing_of_the_pages_or_the_database(
    command: str, read: list[str]
) -> None:
    loaded = f"""import sys
from siteapp.cli import main
main(["{command}", "--help"], standalone_mode=False)
print([name for name in {HEAVY} if name in sys.modules])"""
    said = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True)
    assert said.stdout.splitlines()[-1] == str(read)


def test_every_command_is_where_the_table_says() -> None:
    assert [main.commands[name].name for name in main.commands] == list(main.commands)
