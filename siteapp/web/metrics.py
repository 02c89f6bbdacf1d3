"""Figures for a monitor on this machine; nobody in the room gets them."""

from flask import Blueprint, Response, request

from siteapp.config import LOOPBACK
from siteapp.errors import NoSuchPage
from siteapp.metrics import CONTENT_TYPE, of_site, text
from siteapp.web.guard import ROOM, role, site

# Over the front's socket waitress calls whoever asks without a front "localhost".
HERE = (*LOOPBACK, "localhost")
metrics = Blueprint("metrics", __name__)


@metrics.get("/metrics")
@role(ROOM)
def metrics_page() -> Response:
    """Prometheus' text form, for who asks from this machine itself; for all others not there.

    Behind the front everybody's own address counts, and the front refuses this path besides.
    """
    if request.remote_addr not in HERE:
        raise NoSuchPage
    return Response(text(of_site(site())), content_type=CONTENT_TYPE)
