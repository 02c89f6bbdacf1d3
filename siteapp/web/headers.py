"""The headers that every answer of the site carries."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:;"
        " object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
# A paper brings its style along and needs nothing else: no script, no form, no request.
PAPER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
)


def policy(other: str) -> str:
    """The Content-Security-Policy of a page that may also ask `other` (an origin)."""
    return f"{HEADERS['Content-Security-Policy']}; connect-src 'self' {other}"
