"""What headquarters' own tests are made of serves the machines here too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "headquarters"))
