"""Password envelopes: a new password on a sheet that folds around it."""

from siteapp.forms.drawn import Envelope, envelope
from siteapp.web.guard import site


def sealed_in(name: str, given: str, password: str) -> str:
    """The sheet that a new password is folded into; it is on this one answer and nowhere else."""
    about = site().identity.certificate
    made = Envelope(name, given, password)
    return envelope(about.site, about.name, made, site().live.clock.wall())
