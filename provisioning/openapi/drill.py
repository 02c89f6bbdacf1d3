"""What the routes of the fault drill take and give, by hand."""

from provisioning.openapi.schemas import (
    ANY,
    TEXT,
    WHOLE,
    Says,
    listed,
    maybe,
    page,
    record,
    sends,
    told,
)

ORDERS = record(
    run=TEXT, part=WHOLE, step=maybe(TEXT), every_ms=WHOLE, size=WHOLE, burst=maybe(ANY)
)
STATE = told(record(running=maybe(TEXT), wanted=WHOLE, pages=listed(ANY), steps=listed(ANY)))
STEP = (404, 409)
SAVE = record(sequence=WHOLE, item=TEXT, response=TEXT)
TOLD = dict.fromkeys(("part", "made", "acknowledged", "waited", "paced", "burst"), WHOLE)

DRILL: dict[str, Says] = {
    "GET /admin/drill": Says(answers=page()),
    "GET /api/drill": Says(answers=STATE),
    "POST /api/drill/start": Says(sends(), STATE, (409,)),
    "POST /api/drill/finish": Says(sends(), STATE),
    "POST /api/drill/steps/{step}/begin": Says(sends(), STATE, STEP),
    "POST /api/drill/steps/{step}/end": Says(sends(), STATE, STEP),
    "POST /api/drill/steps/{step}/skip": Says(sends(reason=TEXT), STATE, STEP),
    "POST /api/drill/join": Says(
        sends(seat=WHOLE, instance=TEXT), told(record(token=TEXT, orders=ORDERS)), (404, 409, 429)
    ),
    "POST /api/drill/told": Says(sends(**TOLD, times=listed(WHOLE)), told(ORDERS), (409, 422, 429)),
    "POST /api/drill/responses": Says(
        sends(instance=TEXT, saves=listed(SAVE)),
        told(record(saved=listed(WHOLE))),
        (401, 409, 422, 429, 507),
    ),
}
