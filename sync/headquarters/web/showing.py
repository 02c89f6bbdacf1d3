"""Files of strangers in an assessor's browser: what is safe is shown, all else is downloaded.

What a file is, its first bytes say, never its name. What is shown gets a policy of its own that
allows nothing but the picture, the film or the text itself.
"""

from typing import BinaryIO

from flask import Response, request
from werkzeug.wsgi import FileWrapper

# So much of a file says what it is.
SAMPLE = 4096
CHUNK = 64 * 1024
SHOWN: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"\x1aE\xdf\xa3", "video/webm"),
)
POLICY = (
    "sandbox; default-src 'none'; img-src 'self' data:; media-src 'self'; object-src 'self'; "
    "style-src 'unsafe-inline'; frame-ancestors 'self'"
)
# A PDF opens in the browser's own reader, which a sandbox keeps from starting.
PDF_POLICY = "default-src 'none'; object-src 'self'; frame-ancestors 'self'"


def kind_of(first: bytes) -> str | None:
    """The media type of what may be shown; None for what is only downloaded."""
    for begin, kind in SHOWN:
        if first.startswith(begin):
            return kind
    if first[4:8] == b"ftyp":
        return "video/mp4"
    if first[:4] == b"RIFF" and first[8:12] == b"WEBP":
        return "image/webp"
    # Plain text: no byte that text does not have, and UTF-8 as far as it can be seen.
    sample = first[:SAMPLE]
    if b"\0" in sample:
        return None
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(sample) - 4:
            return None
    return "text/plain; charset=utf-8"


def shown_as(name: str, called: str, file: BinaryIO, size: int) -> Response:
    """The answer with a file: `name` is ours; of the candidate's, `called`, the end is kept.

    A part of it may be asked for (RFC 9110 section 14), as a player does that is moved forward.
    """
    kind = kind_of(file.read(SAMPLE))
    file.seek(0)
    suffix = called.rpartition(".")[2].lower()
    end = f".{suffix}" if suffix.isascii() and suffix.isalnum() and len(suffix) <= 8 else ""
    answer = Response(
        FileWrapper(file, CHUNK),
        content_type=kind or "application/octet-stream",
        direct_passthrough=True,
    )
    how = "inline" if kind else "attachment"
    answer.headers["Content-Disposition"] = f'{how}; filename="{name}{end}"'
    answer.headers["Content-Length"] = str(size)
    answer.headers["Content-Security-Policy"] = PDF_POLICY if kind == "application/pdf" else POLICY
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    answer.call_on_close(file.close)
    answer.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    return answer
