"""The damages: each one alone, beside sound sets that are the control.

    PYTHONPATH=.:tests .venv/bin/python tests/damaged/cases.py

makes the set anew: a folder a damage, and what must be found in its `case.json`.
"""

import shutil

from damaged.damages import (
    COPY,
    FOLDER,
    KEY,
    OTHER,
    OWN,
    RECORD,
    SERIES,
    SOUND,
    STRANGER,
    TAIL,
    Case,
    Outside,
    db,
    extra,
    file,
    flip,
    note,
    renumbered,
    response,
    schema,
    short,
    sql,
    write_all,
)

from sync.exam.merkle import merkle_root
from sync.wire.checkpoint import Checkpoint, encode_checkpoint

ALTERED = [*SOUND[:8], response(8, "d"), *SOUND[9:]]
INSERTED = renumbered([*SOUND[:9], response(9, "d"), *SOUND[9:]])
REORDERED = renumbered([*SOUND[:7], SOUND[10], *SOUND[8:10], SOUND[7], *SOUND[11:]])
DELETED = renumbered([*SOUND[:8], *SOUND[9:]])
NOBODY = Outside()
BOTH = Outside(SERIES.arguments + RECORD.arguments)
ELSEWHERE = encode_checkpoint(
    Checkpoint("examsite.journal/site-01/pm-1121/1", 12, merkle_root(SOUND[:12])),
    KEY,
    "examsite/site-01",
)
FORMER = [
    "UPDATE server SET term = 2",
    "INSERT INTO former_batch SELECT 1, session, sequence, first, count, digest, final FROM batch",
    "DELETE FROM batch",
]
MISTYPED = short(SOUND, 24).replace(" 24 ", " 42 ")
SPACED = [*SOUND[:8], SOUND[8].replace(b'"kind":', b'"kind": '), *SOUND[9:]]

CASES = {
    "sound": Case("nothing: the control", db(SOUND), RECORD, []),
    "sound-export": Case("nothing: the control of exported journals", file(SOUND), SERIES, []),
    "deleted": Case(
        "event 8 was deleted",
        sql("DELETE FROM event WHERE seq = 8"),
        NOBODY,
        [("deleted", 8, 8)],
    ),
    "deleted-and-renumbered": Case(
        "event 8 was deleted, later ones were renumbered: the tree says between which checkpoints",
        file(DELETED),
        BOTH,
        [("differs", 6, 11), ("cut-tail", 23, 23)],
    ),
    "deleted-against-a-copy": Case(
        "the same, held against a copy, which names the event",
        file(DELETED),
        COPY,
        [("deleted", 8, 8)],
    ),
    "altered": Case(
        "event 8 says another option: the tree says between which checkpoints",
        file(ALTERED),
        SERIES,
        [("differs", 6, 11)],
    ),
    "altered-against-a-copy": Case(
        "the same, held against a copy, which names the event and shows both sides",
        file(ALTERED),
        COPY,
        [("altered", 8, 8)],
    ),
    "altered-number": Case(
        "event 8 calls itself 99",
        sql("""UPDATE event SET line = replace(line, '"seq":8}', '"seq":99}') WHERE seq = 8"""),
        NOBODY,
        [("altered", 8, 8)],
    ),
    "altered-row": Case(
        "event 23 lies in row 40",
        sql("UPDATE event SET seq = 40 WHERE seq = 23"),
        NOBODY,
        [("altered", 23, 23)],
    ),
    "inserted": Case(
        "an event was put in at 9 and later ones were renumbered: found by undoing it",
        file(INSERTED),
        SERIES,
        [("inserted", 9, 9)],
    ),
    "inserted-twice": Case(
        "event 9 stands twice",
        file([*SOUND[:10], *SOUND[9:]]),
        SERIES,
        [("inserted", 9, 9)],
    ),
    "reordered": Case(
        "events 7 and 10 changed places and numbers: found by undoing it",
        file(REORDERED),
        SERIES,
        [("reordered", 7, 10)],
    ),
    "reordered-lines": Case(
        "two lines changed places",
        file([*SOUND[:7], SOUND[8], SOUND[7], *SOUND[9:]]),
        SERIES,
        [("reordered", 7, 8)],
    ),
    "cut-tail": Case(
        "the last four are gone; no batch had them, the room record has",
        file(SOUND[:20]),
        BOTH,
        [("cut-tail", 20, 23)],
    ),
    "cut-tail-of-a-batch": Case(
        "the last nine are gone, three of them from a batch",
        db(SOUND[:15]),
        NOBODY,
        [("cut-tail", 15, 17)],
    ),
    "not-canonical": Case(
        "a space in event 8: the same to a reader of JSON, another to the tree",
        file(SPACED),
        SERIES,
        [("not-canonical", 8, 8)],
    ),
    "cut-off-line": Case(
        "the last line ends in the middle",
        file([*SOUND[:23], SOUND[23][:40]]),
        SERIES,
        [("not-canonical", 23, 23)],
    ),
    "rewritten": Case(
        "all from 10 on was written anew and signed anew with the site's own key;"
        " a checkpoint that left the room before says otherwise",
        extra(note(SOUND, 12), db(OTHER, signed=OTHER)),
        OWN,
        [("fork", None, 11)],
    ),
    "rewritten-between": Case(
        "the same, and the checkpoint outside is of a size that the site never signed",
        extra(note(SOUND, 14), db(OTHER, signed=OTHER)),
        OWN,
        [("fork", 12, 13)],
    ),
    "two-copies": Case(
        "two copies part at 10 and never meet again",
        file(OTHER),
        COPY,
        [("fork", 10, 23)],
    ),
    "former-server": Case(
        "a spare took over; the old server signed two events that it never sent",
        extra(note(TAIL, 20), sql(*FORMER)),
        OWN,
        [("fork", 18, 19)],
    ),
    "trigger-missing": Case(
        "nothing keeps events from being changed",
        schema("DROP TRIGGER event_is_never_changed"),
        NOBODY,
        [("trigger-missing", None, None)],
    ),
    "trigger-altered": Case(
        "the trigger is there and does nothing",
        schema(
            "DROP TRIGGER event_is_never_deleted",
            "CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event BEGIN SELECT 1; END",
        ),
        NOBODY,
        [("trigger-altered", None, None)],
    ),
    "trigger-added": Case(
        "a trigger of somebody's own empties what is written",
        schema(
            "CREATE TRIGGER quiet AFTER INSERT ON event BEGIN SELECT RAISE(IGNORE); END",
        ),
        NOBODY,
        [("trigger-altered", None, None)],
    ),
    "checkpoint-missing": Case(
        "a kept checkpoint was deleted",
        sql("DELETE FROM checkpoint WHERE size = 12"),
        NOBODY,
        [("checkpoint-missing", None, None)],
    ),
    "checkpoint-misfiled": Case(
        "a kept checkpoint is filed under another size",
        sql("UPDATE checkpoint SET size = 13 WHERE size = 12"),
        NOBODY,
        [("other-journal", None, None), ("checkpoint-missing", None, None)],
    ),
    "bad-signature": Case(
        "a checkpoint that the site's key did not sign",
        extra(note(ALTERED, 12, key=STRANGER), file(SOUND)),
        OWN,
        [("bad-signature", None, None)],
    ),
    "altered-note": Case(
        "a checkpoint whose size was changed after it was signed",
        extra(note(SOUND, 12).replace("\n12\n", "\n13\n"), file(SOUND)),
        OWN,
        [("bad-signature", None, None)],
    ),
    "other-journal": Case(
        "a checkpoint of another session, signed by the site",
        extra(ELSEWHERE, file(SOUND)),
        OWN,
        [("other-journal", None, None)],
    ),
    "not-a-checkpoint": Case(
        "a short form in which somebody mistyped the number",
        extra(MISTYPED, file(SOUND)),
        OWN,
        [("not-a-checkpoint", None, None)],
    ),
    "database-damaged": Case(
        "a flipped bit where a page begins: events cannot be read, and the check of pages says why",
        flip,
        NOBODY,
        [("database-damaged", None, None), ("database-damaged", None, None)],
    ),
}

if __name__ == "__main__":
    for old in FOLDER.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
    write_all(FOLDER, CASES)
