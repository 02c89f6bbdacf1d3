"""What the routes of headquarters take and give, by hand."""

from provisioning.openapi.schemas import (
    ANY,
    BINARY,
    BYTES,
    ERROR,
    FILES,
    HTML,
    JSON,
    MOVED,
    TEXT,
    TRUTH,
    WHOLE,
    Body,
    Says,
    form,
    listed,
    page,
    record,
    told,
)
from sync.spreadsheet import SHEET

ENVELOPE = {"type": "object", "description": "a DSSE envelope: docs/specs/signed-statements.md"}
PACKAGE = record(digest=TEXT, size=WHOLE, session=TEXT, released=TRUTH)
RECEIPTED = {200: Body(JSON, ENVELOPE), 201: Body(JSON, ENVELOPE)}
TAKEN_IN = (400, 409, 411, 413, 422, 429, 503, 507)
ROSTER = dict.fromkeys(("sitting", "replace", "seats", "first"), TEXT)
SHEET_SENT = Body(FILES, {"type": "object", "properties": {"sheet": BINARY}})
STYLE = Says(answers={200: Body("text/css", TEXT)})
FILE = Says(answers={200: Body(SHEET, BINARY)}, refusals=(409,))

ROUTES: dict[str, Says] = {
    "GET /.well-known/examhq": Says(answers=told(record(service=TEXT, version=TEXT))),
    "GET /favicon.ico": Says(answers={204: None}),
    "GET /look/base.css": STYLE,
    "GET /look/hq.css": STYLE,
    # The couriers.
    "GET /api/v1/keys": Says(answers=told(ENVELOPE), refusals=(404,)),
    "GET /api/v1/version": Says(answers=told(ENVELOPE), refusals=(404,)),
    "GET /api/v1/packages": Says(answers=told(record(packages=listed(PACKAGE)))),
    "GET /api/v1/packages/{digest}": Says(
        answers={200: Body(BYTES, BINARY), 206: Body(BYTES, BINARY), 304: None},
        refusals=(404, 416),
    ),
    "GET /api/v1/update": Says(answers=told(ENVELOPE), refusals=(404,)),
    "GET /api/v1/updates/{digest}": Says(
        answers={200: Body(BYTES, BINARY), 206: Body(BYTES, BINARY), 304: None},
        refusals=(404, 416),
    ),
    "GET /api/v1/unlocks/{digest}": Says(answers=told(ENVELOPE), refusals=(404, 409)),
    "PUT /api/v1/batches/{digest}": Says(Body(BYTES, BINARY), RECEIPTED, TAKEN_IN),
    "PUT /api/v1/files/{digest}": Says(Body(BYTES, BINARY), RECEIPTED, TAKEN_IN),
    "PUT /api/v1/enrolments/{digest}": Says(
        Body(JSON, ENVELOPE),
        {200: Body(JSON, ENVELOPE), 202: Body(JSON, record(state=TEXT))},
        (403, 404, 409, 422, 429),
    ),
    "POST /api/v1/inventories": Says(Body(JSON, ENVELOPE), told(ENVELOPE), (404, 409, 422)),
    "POST /api/v1/readiness": Says(Body(JSON, ENVELOPE), {204: None}, (404, 409, 422)),
    "POST /api/v1/uploads": Says(
        answers={201: None},
        refusals=(400, 404, 409, 413, 422, 429, 503, 507),
        headers={"Upload-Length": WHOLE, "Upload-Metadata": TEXT},
    ),
    "PATCH /api/v1/uploads/{digest}": Says(
        Body(BYTES, BINARY),
        {204: None, **RECEIPTED},
        TAKEN_IN,
        {"Upload-Offset": WHOLE},
    ),
    "GET /api/v1/receipts/{digest}": Says(answers=told(ENVELOPE), refusals=(404,)),
    # The staff.
    "GET /sign-in": Says(answers=page()),
    "POST /sign-in": Says(form("name", "password", "next"), MOVED, (401, 429)),
    "POST /sign-out": Says(answers=MOVED),
    "POST /sessions/{session}/online-unlock": Says(answers=MOVED, refusals=(409,)),
    "POST /sessions/{session}/release": Says(
        Body(FILES, {"type": "object", "properties": {"key": BINARY}}), MOVED, (403, 409, 422, 503)
    ),
    "GET /sessions/{session}/results.xlsx": FILE,
    "GET /sessions/{session}/results": Says(answers=page(), refusals=(404, 409)),
    "POST /sessions/{session}/results/proposal": Says(
        form("reason", "partial"), MOVED, (404, 409, 422)
    ),
    "POST /sessions/{session}/results/decision": Says(
        form("number", "digest", "decision"), MOVED, (403, 404, 409, 422)
    ),
    "GET /sessions/{session}/transcripts.pdf": Says(
        answers={200: Body("application/pdf", BINARY)}, refusals=(404, 409, 503)
    ),
    "GET /sessions/{session}/platform.xlsx": Says(
        answers={200: Body(SHEET, BINARY)}, refusals=(404, 409)
    ),
    "GET /sessions/{session}/qti-results.zip": Says(
        answers={200: Body("application/zip", BINARY)}, refusals=(404, 409)
    ),
    "GET /sessions/{session}/codes": Says(answers=page(), refusals=(409,)),
    "POST /sessions/{session}/codes": Says(form("official"), page(), (403, 409)),
    "GET /sessions/{session}/items.xlsx": FILE,
    "GET /sessions/{session}/corrections.xlsx": FILE,
    "POST /sessions/{session}/corrections": Says(
        form("sitting", "item", "kind", "keys", "also", "reason"), MOVED, (409, 422)
    ),
    "POST /sessions/{session}/corrections/decision": Says(
        form("number", "decision"), MOVED, (409, 422)
    ),
    "GET /board/{day}/rows": Says(answers=told(ANY), refusals=(404, 409, 422)),
    "GET /quarantine/{digest}/file": Says(
        answers={200: Body(BYTES, BINARY), 206: Body(BYTES, BINARY), 304: None}, refusals=(416,)
    ),
    "POST /quarantine/{digest}/retry": Says(answers=MOVED, refusals=(409, 411, 413, 422, 507)),
    "POST /versions": Says(form("oldest", "reason"), MOVED, (409, 422)),
    "GET /rosters/{session}": Says(answers=page(), refusals=(404,)),
    "GET /rosters/template.xlsx": Says(answers={200: Body(SHEET, BINARY)}),
    "POST /rosters/{session}/preview": Says(
        Body(FILES, {"type": "object", "properties": {"sheet": BINARY, **ROSTER}}),
        page(),
        (404, 409, 413, 422),
    ),
    "POST /rosters/{session}/import": Says(
        form("sheet", "sitting", "replace", "seats", "first"), MOVED, (403, 404, 409, 422)
    ),
    "POST /rosters/{session}/photos": Says(
        Body(FILES, {"type": "object", "properties": {"photos": BINARY}}), MOVED, (404, 409, 422)
    ),
    "POST /rosters/{session}/extra-time": Says(
        form("admission", "minutes", "reason"), MOVED, (404, 409, 422)
    ),
    "POST /quota/preview": Says(SHEET_SENT, page(), (409, 413, 422)),
    "POST /calendar/preview": Says(SHEET_SENT, page(), (409, 413, 422)),
    "POST /quota/import": Says(form("rows"), {**page(), **MOVED}, (409, 422)),
    "POST /calendar/import": Says(form("rows"), {**page(), **MOVED}, (409, 422)),
    "POST /sites/invitations": Says(
        form("site", "name", "address", "days"), {201: Body(HTML, TEXT)}, (409, 422)
    ),
    "POST /sites/invitations/{invitation}/withdraw": Says(answers=MOVED, refusals=(409,)),
    "POST /sites/invitations/{invitation}/allow": Says(answers=MOVED, refusals=(409,)),
    "POST /sites/requests/{digest}/confirm": Says(form("word", "words"), MOVED, (409, 422)),
}
PROBLEM = {**ERROR, "additionalProperties": ANY | {"type": ["object", "string", "array", "null"]}}
