"""The answer path of the drill: the same door and lane, another room behind it."""

from typing import Final

from siteapp.site import Site
from siteapp.web.answers import AnswerPath, Application

PATH: Final = "/api/drill/responses"


def drill_door(site: Site, behind: Application) -> AnswerPath:
    """Saves of pages that take part in a drill; DrillNotNow while there is none."""
    return AnswerPath(site, behind, lambda: site.drill.room, PATH)
