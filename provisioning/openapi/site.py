"""What the routes of a site take and give, by hand."""

from provisioning.openapi.drill import DRILL
from provisioning.openapi.schemas import (
    ANY,
    BINARY,
    BYTES,
    EMPTY,
    FILES,
    HTML,
    JSON,
    MOVED,
    TEXT,
    TRUTH,
    WHOLE,
    WORDS,
    Body,
    Says,
    Schema,
    form,
    listed,
    maybe,
    page,
    record,
    sends,
    told,
)
from sync.spreadsheet import SHEET

STATE = record(
    phase=TEXT,
    open=TRUTH,
    server_ms=WHOLE,
    clock_ms=WHOLE,
    held=TRUTH,
    remaining_ms=maybe(WHOLE),
    earliest_hand_in_ms=maybe(WHOLE),
    watermark=ANY,
    highest=ANY,
    messages=listed(ANY),
    hand_raised=TRUTH,
    rest_ms=WHOLE,
    next=maybe(ANY),
    receipt=maybe(TEXT),
    resting_ms=maybe(WHOLE),
    parts=maybe(record(now=WHOLE, left_ms=listed(WHOLE))),
)
REVIEW = record(marks=WHOLE, of=WHOLE, parts=listed(ANY))
INTRODUCTION = record(token=TEXT)
PAPER = record(attempt=TEXT, responses=ANY, flags=listed(TEXT), media=listed(TEXT))
SAVE = record(
    optional=("made",),
    sequence={"type": "integer", "minimum": 1, "exclusiveMaximum": 2**31},
    item=TEXT,
    response={"anyOf": [listed(TEXT), TEXT]},
    made=maybe({"type": "array", "items": WHOLE, "minItems": 2, "maxItems": 2}),
)
CAMERA: dict[str, Schema] = {
    "label": TEXT,
    "kind": TEXT,
    "host": TEXT,
    "port": WHOLE,
    "path": TEXT,
    "onvif_port": WHOLE,
    "room": TEXT,
    "seats": TEXT,
    "user": TEXT,
    "password": TEXT,
}
TWO: dict[str, Schema] = {"reason": TEXT, "second": TEXT, "password": TEXT}
WALL = Says(answers=told(ANY)).answers
PARTS = {204: None, 200: Body(HTML, TEXT)}


def act(**members: Schema) -> Says:
    """An act of the room's staff: JSON in, the new wall out."""
    return Says(sends(**members), WALL, (404, 409, 422, 429, 507))


ROOMS = Says(
    answers=told(
        record(
            version=WHOLE,
            plan=ANY,
            at=ANY,
            notices=listed(ANY),
            machines=listed(ANY),
            numbers=TRUTH,
            sessions=listed(ANY),
        )
    )
)


def changed(**members: Schema) -> Says:
    """A change of the room plan on the version that was read: JSON in, the new state out."""
    return Says(sends(version=WHOLE, **members), ROOMS.answers, (404, 409, 422, 429, 507))


ROUTES: dict[str, Says] = {
    # Safe Exam Browser and windows that fill the screen.
    "GET /browser": Says(answers=page()),
    "GET /admin/browser": Says(answers=page()),
    "POST /admin/browser/file": Says(
        form("password"), {200: Body("application/seb", BINARY)}, (400,)
    ),
    "POST /api/room/{session_id}/any-browser": act(admission=TEXT, reason=TEXT),
    "GET /.well-known/examsite": Says(
        answers=told(record(service=TEXT, version=TEXT, site=TEXT, name=TEXT))
    ),
    "GET /health": Says(answers=told(record(ok=TRUTH, commits=WHOLE))),
    "GET /look/{name}": Says(answers={200: Body("text/css", TEXT), 304: None}, refusals=(404,)),
    "GET /agent/seatagent.py": Says(answers={200: Body("text/x-python", TEXT)}),
    "POST /api/machines/sweep": Says(answers=told(record(addresses=WHOLE)), refusals=(409,)),
    "POST /admin/machines/token": Says(answers={200: Body(BYTES, BINARY)}),
    # Cameras; pictures are JPEG.
    "GET /admin/cameras": Says(answers=page()),
    "GET /api/cameras": Says(answers=told(ANY)),
    "POST /api/cameras": Says(sends(**CAMERA), told(record(id=TEXT)), (422,)),
    "POST /api/cameras/{camera}": Says(sends(**CAMERA), told(record(id=TEXT)), (404, 422)),
    "POST /api/cameras/{camera}/remove": Says(answers=told(EMPTY), refusals=(404,)),
    "POST /api/cameras/check": Says(sends(cameras=listed(TEXT)), told(EMPTY), (409, 422, 507)),
    "POST /api/cameras/discover": Says(answers=told(record(found=listed(ANY))), refusals=(409,)),
    "GET /api/cameras/{camera}/still": Says(
        answers={200: Body("image/jpeg", BINARY)}, refusals=(404,)
    ),
    "GET /api/room/{session_id}/cameras": Says(
        answers=told(record(now=WHOLE, cameras=listed(ANY))), refusals=(404,)
    ),
    "GET /static/{filename}": Says(
        answers={200: Body("text/javascript", TEXT), 304: None}, refusals=(404,)
    ),
    "GET /metrics": Says(answers={200: Body("text/plain", TEXT)}, refusals=(404,)),
    "GET /trust": Says(answers=page()),
    "GET /trust/{name}": Says(answers={200: Body(BYTES, BINARY)}, refusals=(404,)),
    "GET /admin/trust": Says(answers=page()),
    "GET /offline-worker.js": Says(answers={200: Body("text/javascript", TEXT)}),
    "GET /": Says(answers=page()),
    "POST /api/machine/marker": Says(
        sends(marker=TEXT, seat=WHOLE, seals=TRUTH), told(EMPTY), (422, 429)
    ),
    # The candidate.
    "POST /api/candidate/sign-in": Says(
        sends(admission=TEXT, secret=TEXT, seat=WHOLE, instance=TEXT),
        told(INTRODUCTION),
        (401, 409, 422, 429),
    ),
    "GET /api/candidate/state": Says(answers=told(STATE), refusals=(409,)),
    "GET /api/candidate/photo": Says(
        answers={200: Body("image/jpeg", BINARY)}, refusals=(404, 409)
    ),
    "POST /api/candidate/confirm": Says(answers=told(STATE), refusals=(409,)),
    "POST /api/candidate/start": Says(answers=told(STATE), refusals=(409,)),
    "GET /api/candidate/review": Says(answers=told(REVIEW), refusals=(404, 409)),
    "GET /api/candidate/paper": Says(answers=told(PAPER), refusals=(409,)),
    "GET /api/candidate/materials/{file}": Says(
        answers={200: Body(BYTES, BINARY)}, refusals=(404, 409)
    ),
    "POST /api/candidate/responses": Says(
        sends(instance=TEXT, saves=listed(SAVE)),
        told(record(saved=listed(WHOLE))),
        (409, 422, 429, 507),
    ),
    "POST /api/candidate/flag": Says(
        sends(item=TEXT, flagged=TRUTH), told(EMPTY), (404, 409, 422, 429)
    ),
    "POST /api/candidate/hand": Says(sends(raised=TRUTH), told(STATE), (409, 422, 429)),
    "POST /api/candidate/usable": Says(
        sends(instance=TEXT, spans=listed(listed(WHOLE))), told(EMPTY), (409, 422, 429)
    ),
    "POST /api/candidate/hand-in": Says(
        sends(instance=TEXT, last_sequence=WHOLE, how=TEXT),
        told(record(receipt=TEXT, answered=WHOLE, of=WHOLE, next=maybe(ANY))),
        (409, 422, 429),
    ),
    "GET /api/candidate/uploads": Says(answers=told(record(files=listed(ANY))), refusals=(409,)),
    "POST /api/candidate/uploads": Says(
        sends(item=TEXT, name=TEXT, size=WHOLE, sha256=TEXT, sequence=WHOLE),
        PARTS,
        (409, 422, 429, 507),
    ),
    "GET /api/candidate/uploads/{upload}": Says(answers=PARTS, refusals=(404, 409, 422)),
    "PATCH /api/candidate/uploads/{upload}": Says(
        Body(BYTES, BINARY), PARTS, (404, 409, 422, 429, 507), {"Upload-Offset": WHOLE}
    ),
    "DELETE /api/candidate/uploads/{upload}": Says(
        answers=told(EMPTY), refusals=(404, 409, 422, 429)
    ),
    "POST /api/candidate/uploads/{upload}/finish": Says(
        Body(JSON, record(optional=("made",), made=maybe(listed(WHOLE)))),
        told(record(saved=WHOLE, sha256=TEXT)),
        (404, 409, 422, 429, 507),
    ),
    "POST /api/candidate/rescue": Says(
        Body(BYTES, BINARY),
        told(record(counted=WHOLE, waiting=WHOLE)),
        (401, 403, 409, 422, 429, 507),
    ),
    "POST /api/candidate/rescue/offer": Says(
        sends(instance=TEXT, sequences=listed(WHOLE)),
        told(record(do={"enum": ["send", "keep", "drop"]})),
        (401, 403, 409, 422, 429),
    ),
    # The room.
    "GET /room": Says(answers=page()),
    "GET /api/room/{session_id}": Says(answers=WALL),
    "GET /api/room/{session_id}/files": Says(answers=told(ANY)),
    "GET /api/room/{session_id}/photos/{admission}": Says(
        answers={200: Body("image/jpeg", BINARY)}, refusals=(404,)
    ),
    "POST /api/room/{session_id}/open": Says(
        Body(JSON, record(optional=("reason",), sitting=TEXT, reason=TEXT)),
        WALL,
        (404, 409, 422, 429, 507),
    ),
    "POST /api/room/{session_id}/close": act(sitting=TEXT),
    "POST /api/room/{session_id}/check-in": act(admission=TEXT),
    "POST /api/room/{session_id}/admit": act(admission=TEXT, reason=TEXT),
    "POST /api/room/{session_id}/lower-hand": act(admission=TEXT),
    "POST /api/room/{session_id}/pause": act(admission=TEXT, reason=TEXT),
    "POST /api/room/{session_id}/resume": act(admission=TEXT),
    "POST /api/room/{session_id}/readmit": Says(
        sends(admission=TEXT, challenge=TEXT, reason=TEXT), told(ANY), (403, 404, 409, 422, 429)
    ),
    "POST /api/room/{session_id}/reopen": act(attempt=TEXT, minutes=WHOLE, **TWO),
    "POST /api/room/{session_id}/settle": act(attempt=TEXT, how=TEXT, note=TEXT),
    "POST /api/room/{session_id}/move": act(admission=TEXT, seat=WHOLE, reason=TEXT),
    "POST /api/room/{session_id}/extend": act(admission=TEXT, minutes=WHOLE, reason=TEXT),
    "POST /api/room/{session_id}/rest": act(admission=TEXT, minutes=WHOLE, reason=TEXT),
    "POST /api/room/{session_id}/message": act(admission=TEXT, text=TEXT),
    "POST /api/room/{session_id}/collect": act(admission=TEXT, reason=TEXT),
    "POST /api/room/{session_id}/incident": act(admission=TEXT, category=TEXT, note=TEXT),
    "POST /api/room/{session_id}/violation": act(admission=TEXT, note=TEXT),
    "POST /api/room/{session_id}/absent": act(admission=TEXT),
    "POST /api/room/{session_id}/lift": act(seat=WHOLE),
    "POST /api/room/{session_id}/rescue": act(attempt=TEXT, file=TEXT),
    "POST /api/room/{session_id}/lost-time": act(admission=TEXT, give=TRUTH, reason=TEXT),
    "POST /api/room/{session_id}/apply-rescue": act(attempt=TEXT, **TWO),
    "POST /api/room/{session_id}/refuse-rescue": act(attempt=TEXT, **TWO),
    "POST /api/room/{session_id}/late": act(attempt=TEXT, counts=TRUTH, **TWO),
    # Staff and administrator: forms and pages.
    "GET /staff/sign-in": Says(answers=page()),
    "POST /staff/sign-in": Says(
        form("name", "password"), {302: Body(HTML, TEXT), 303: Body(HTML, TEXT)}, (401, 429)
    ),
    "GET /staff": Says(answers={302: Body(HTML, TEXT)}),
    "POST /staff/sign-out": Says(answers={302: Body(HTML, TEXT), 303: Body(HTML, TEXT)}),
    "GET /admin": Says(answers=page()),
    "GET /admin/packages": Says(answers={302: Body(HTML, TEXT)}),
    "POST /admin/packages": Says(
        Body(FILES, {"type": "object", "properties": {"file": BINARY, "digest": TEXT}}),
        MOVED,
        (404, 409, 422),
    ),
    "GET /admin/sessions/{session_id}": Says(answers=page()),
    "GET /admin/sessions/{session_id}/unlock": Says(answers=page()),
    "POST /admin/sessions/{session_id}/unlock": Says(
        form("code1", "code2", "reason", "second", "password"), MOVED, (404, 409, 422, 429)
    ),
    "GET /admin/deliveries": Says(answers=page()),
    "GET /api/deliveries": Says(answers=told(record(drawn=TEXT))),
    "GET /admin/users": Says(answers=page()),
    "POST /admin/users": Says(
        form("name", "role", "as", "second", "password"), page(), (409, 422, 429)
    ),
    "POST /admin/users/reset": Says(form("name", "second", "password"), page(), (404, 429)),
    "POST /admin/sessions/{session_id}/papers/all": Says(form(), MOVED, (404, 409)),
    "GET /admin/audit": Says(answers=page()),
    "GET /admin/alarms": Says(answers=page()),
    "GET /admin/retention": Says(answers=page()),
    "POST /admin/retention/{session_id}": Says(
        form("reason", "second", "password"), MOVED, (404, 409, 422, 429)
    ),
    "POST /admin/retention/{session_id}/export": Says(
        form("reason", "second", "password"), {200: Body(BYTES, BINARY)}, (404, 409, 422, 429)
    ),
    "POST /admin/alarms/{alarm}": Says(form("since", "reason"), MOVED, (404, 422)),
    # The room plan.
    "GET /admin/rooms": Says(answers=page()),
    "GET /admin/rooms/sheet": Says(answers={200: Body(SHEET, BINARY)}),
    "GET /api/rooms": ROOMS,
    "POST /api/rooms/plan": changed(plan=ANY),
    "POST /api/rooms/bind": changed(seat=WHOLE, machine=TEXT),
    "POST /api/rooms/bulk": changed(pairs=listed(ANY)),
    "POST /api/rooms/undo": changed(),
    "POST /api/rooms/numbers": Says(sends(show=TRUTH), ROOMS.answers, (422, 429)),
    "POST /api/rooms/propose": Says(
        sends(order=TEXT, way=TEXT, session=TEXT, only_free=TRUTH),
        told(record(version=WHOLE, pairs=listed(ANY))),
        (404, 422, 429),
    ),
    "POST /api/rooms/sheet": Says(Body(BYTES, BINARY), told(record(plan=ANY)), (413, 422, 429)),
    # Two servers; what they say to each other is sealed bytes.
    "GET /api/server": Says(answers=told(record(site=TEXT, server_term=WHOLE, spare=maybe(TEXT)))),
    "GET /api/server/promotion": Says(answers=told(ANY), refusals=(409,)),
    "POST /api/server/promotion": Says(Body(BYTES, BINARY), told(record(fenced=TRUTH)), (422,)),
    "POST /api/standby": Says(
        Body(BYTES, BINARY), {200: Body(BYTES, BINARY)}, (401, 403, 409, 422)
    ),
    "GET /api/standby/pair": Says(answers=told(ANY), refusals=(404, 409)),
    "POST /api/standby/pair": Says(
        Body(BYTES, BINARY),
        {200: Body(BYTES, BINARY), 202: Body(JSON, record(wait=TRUTH))},
        (401, 403, 404, 409, 422, 429),
    ),
    **DRILL,
}
PROBLEM = record(
    optional=("missing",),
    error=record(code=TEXT, message=WORDS, hint=WORDS),
    missing=listed(WHOLE),
)
