"""Run by `pdf` alone: HTML on standard input, PDF on standard output."""

import io
import resource
import sys
from typing import Any, NoReturn

from weasyprint import HTML
from weasyprint.urls import URLFetcher

CPU_S, MEMORY = 80, 1536 * 1024 * 1024


class Nothing(URLFetcher):  # type: ignore[misc]
    """Fetches what stands in the page itself (data:), and nothing else: no file, no request."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("data",), allow_redirects=False)

    def fetch(self, url: str, headers: Any = None) -> Any:
        """As URLFetcher, of `data:` only."""
        if not url.lower().startswith("data:"):
            self.refuse(url)
        return super().fetch(url, headers)

    def refuse(self, url: str) -> NoReturn:
        """Say so; the page is printed without it."""
        raise ValueError(f"refused: {url[:80]}")


def main() -> None:
    """One page; memory and processor time are bounded."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    made = io.BytesIO()
    html = sys.stdin.buffer.read().decode("utf-8")
    HTML(string=html, url_fetcher=Nothing()).write_pdf(made, pdf_variant="pdf/a-2b")
    sys.stdout.buffer.write(made.getvalue())


if __name__ == "__main__":
    main()
