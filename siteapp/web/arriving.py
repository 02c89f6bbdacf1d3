"""A request whose files lie on the data disk under a name as they come, and go when it is over."""

import tempfile
from typing import IO

from flask import Request


class Arriving(Request):
    """So a large file is written once more, not twice, before it is looked at."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        """As werkzeug asks; in `tempfile.tempdir`, where the reserve is watched."""
        return tempfile.NamedTemporaryFile("w+b", suffix=".upload")
