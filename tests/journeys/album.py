"""Pictures of a story: small ones for the documents, and all of them for who wants to look."""

import io
import os
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

IMAGES = Path(__file__).parents[2] / "docs" / "images"
COLOURS = 256


def shrunk(png: bytes) -> bytes:
    """The same picture in few colours: a page has not many, and it becomes half as large."""
    made = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(made, "PNG", optimize=True)
    return made.getvalue()


def shot(page: Page) -> bytes:
    """What stands on the screen, with nothing blinking in it."""
    return shrunk(page.screenshot(animations="disabled", caret="hide"))


@dataclass
class Album:
    """Where they go: EXAMSITE_PICTURES writes docs/images, EXAMSITE_ALBUM a folder to look at."""

    lang: str
    docs: bool = field(default_factory=lambda: "EXAMSITE_PICTURES" in os.environ)
    folder: str = field(default_factory=lambda: os.environ.get("EXAMSITE_ALBUM", ""))

    def look(self, page: Page, name: str) -> None:
        """A page worth looking at, for nobody's document."""
        if self.folder:
            Path(self.folder).mkdir(parents=True, exist_ok=True)
            (Path(self.folder) / f"{name}-{self.lang}.png").write_bytes(shot(page))

    def keep(self, page: Page, name: str) -> None:
        """A picture of docs/images."""
        self.look(page, name)
        if self.docs:
            (IMAGES / f"{name}-{self.lang}.png").write_bytes(shot(page))
