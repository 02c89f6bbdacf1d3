"""Answers that a browser saves as a file."""

import mimetypes

from flask import Response, make_response

from sync.spreadsheet import SHEET


def file_answer(data: bytes, name: str, kind: str = "application/octet-stream") -> Response:
    """A file to save; `name` is made of identifiers of ours."""
    response = make_response(data)
    response.mimetype = kind
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def sheet_answer(data: bytes, name: str) -> Response:
    """A spreadsheet to save as `name`.xlsx."""
    return file_answer(data, f"{name}.xlsx", SHEET)


def media_answer(data: bytes, name: str) -> Response:
    """A picture, sound or film of the bank, under a policy that lets it do nothing."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    headers = {"Content-Security-Policy": "sandbox; default-src 'none'; media-src 'self'"}
    return Response(data, mimetype=kind, headers=headers)
