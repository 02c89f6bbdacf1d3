"""A photo as an answer: to the candidate whom it shows, and to the room's staff."""

from flask import Response, make_response

from siteapp.conduct.session import Session
from siteapp.web.guard import site


def photo_of(session: Session, admission: str) -> Response:
    """A JPEG that no cache keeps; NotFound if there is none."""
    response = make_response(site().shelf.photo(session, admission))
    response.mimetype = "image/jpeg"
    return response
