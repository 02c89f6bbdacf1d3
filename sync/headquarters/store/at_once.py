"""A group of batches as one statement of PostgreSQL: one to ask about all, one to insert them."""

from collections.abc import Sequence
from typing import Any

# `%b`: bytes travel as bytes; as text each would be two digits.
STATEMENT = """
WITH given AS (
  SELECT * FROM unnest(%(digest)b::text[], %(site)b::text[], %(session)b::text[],
    %(server_term)b::bigint[], %(sequence)b::bigint[], %(size)b::bigint[],
    %(signed_by)b::text[], %(sealed_to)b::text[], %(at)b::bigint[], %(envelope)b::bytea[],
    %(line)b::text[], %(body)b::bytea[])
  AS g(digest, site, session, server_term, sequence, size, signed_by, sealed_to, at, envelope, line,
    body)
), taken AS (
  INSERT INTO batches (digest, site, session, server_term, sequence, size, signed_by, sealed_to,
    state, received_at)
  SELECT digest, site, session, server_term, sequence, size, signed_by, sealed_to, 'received', at
  FROM given
  ON CONFLICT DO NOTHING RETURNING digest
), new AS (
  SELECT given.* FROM given JOIN taken USING (digest)
), bytes AS (
  INSERT INTO blobs (area, digest, data)
  SELECT 'batches', digest, body FROM new WHERE body <> ''::bytea ON CONFLICT DO NOTHING
), receipted AS (
  INSERT INTO receipts (digest, level, envelope, at)
  SELECT digest, 'received', envelope, at FROM new
), due AS (
  INSERT INTO work (kind, subject, claimed_until)
  SELECT 'archive', digest, 0 FROM new UNION ALL SELECT 'score', session, 0 FROM new
), lines AS (
  INSERT INTO audit (at, who, act, what) SELECT at, 'intake', 'batch.receive', line FROM new
), after_all AS (
  UPDATE quarantine q SET taken_at = new.at FROM new WHERE q.digest = new.digest
)
SELECT digest FROM taken
"""

# Of each what sync.headquarters.intake.questions asks of one.
QUESTION = """
SELECT
  (SELECT envelope FROM receipts r WHERE r.digest = g.digest AND r.level = 'received'),
  (SELECT sign_key FROM enrolments e WHERE e.site = g.site ORDER BY e.serial DESC LIMIT 1),
  (SELECT state FROM sessions s WHERE s.id = g.session AND s.site = g.site),
  (SELECT max(server_term) FROM batches b WHERE b.site = g.site AND b.session = g.session),
  (SELECT max(digest) FROM batches b WHERE b.site = g.site AND b.session = g.session
    AND b.server_term = g.server_term AND b.sequence = g.sequence)
FROM unnest(%(digest)b::text[], %(site)b::text[], %(session)b::text[], %(server_term)b::bigint[],
  %(sequence)b::bigint[]) WITH ORDINALITY
  AS g(digest, site, session, server_term, sequence, place)
ORDER BY place
"""


def parameters(rows: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    """Column by column what the statement takes."""
    return {name: [row[name] for row in rows] for name in rows[0]}
