// Inventories and the answers to them (docs/specs/inventory.md).
import * as c from './canonical.mjs';
import { hex, sha256 } from './crypto.mjs';
import { require_ } from './refusal.mjs';
import { authenticate } from './sealed.mjs';
import { fields, keysFor, parse, signedBy, standing } from './statements.mjs';

const NUMBER = c.atLeast(0), COUNTER = c.atLeast(1), NOTHING = hex(sha256());
const ITEM = c.tuple(NUMBER, c.DIGEST);

function held(value) {
  const said = c.object({ count: NUMBER, highest: c.orNull(NUMBER), digest: c.DIGEST })(value);
  if ((said.count === 0) !== (said.highest === null)) c.strange('highest');
  if (said.count === 0 && said.digest !== NOTHING) c.strange('digest of nothing');
  return said;
}

const JOURNAL = c.object({ session: c.NAME, server_term: COUNTER, batches: held, files: held });
const LISTED = c.object({
  session: c.NAME, server_term: COUNTER, batches: c.list(ITEM), files: c.list(ITEM),
});
const STATE = c.object({
  session: c.NAME, state: c.oneOf('waiting', 'unlocked', 'running', 'closed'), cut: NUMBER,
});

/** Pairs, each after the one before. */
function inOrder(pairs) {
  for (let n = 1; n < pairs.length; n += 1) {
    const [[a, b], [x, y]] = [pairs[n - 1], pairs[n]];
    if (!(a < x || (a === x && b < y))) c.strange('out of order or twice');
  }
}

const place = (one) => [one.session, one.server_term];

function inShort(items) {
  const digest = hex(sha256(...items.map(([, one]) => `${one}\n`)));
  return { count: items.length, highest: items.length ? items.at(-1)[0] : null, digest };
}

const alike = (a, b) => a.count === b.count && a.highest === b.highest && a.digest === b.digest;

function whole(value) {
  const said = c.object({
    site: c.NAME, number: COUNTER, at: NUMBER, software: c.text,
    sessions: c.list(STATE), journals: c.list(JOURNAL), lists: c.list(LISTED),
  })(value);
  c.ascending(said.sessions.map((one) => one.session));
  inOrder(said.journals.map(place));
  inOrder(said.lists.map(place));
  for (const one of said.lists) {
    for (const kind of ['batches', 'files']) inOrder(one[kind]);
    const of = said.journals.find((j) => `${place(j)}` === `${place(one)}`);
    if (!of || !['batches', 'files'].every((kind) => alike(inShort(one[kind]), of[kind]))) {
      c.strange('a list that is not its journal’s');
    }
  }
  return said;
}

function told(value) {
  const said = c.object({
    site: c.NAME, inventory: c.DIGEST, number: COUNTER, at: NUMBER,
    differs: c.list(JOURNAL), lacks: c.list(c.DIGEST),
  })(value);
  inOrder(said.differs.map(place));
  c.ascending(said.lacks);
  return said;
}

export function inventory(bytes, key, asked) {
  const envelope = parse(bytes, 'inventory');
  signedBy(envelope, key);
  const said = fields(envelope, 'inventory', whole);
  require_(said.site === asked.site, 'i1', 'for-other-site');
  return envelope.payload;
}

export function answer(bytes, key, asked, known) {
  const envelope = parse(bytes, 'inventory-answer');
  if (known) {
    authenticate(envelope, keysFor(known, 'receipt'), 1, 't5');
    require_(envelope.signatures.length === 1, 't5', 'signature-refused', 'a stranger too');
  } else signedBy(envelope, key);
  const said = fields(envelope, 'inventory-answer', told);
  if (known) standing(known, 'receipt', envelope.signatures, said.at);
  const same = said.site === asked.site && said.inventory === asked.to;
  require_(same, 'i2', 'inventory-mismatch');
  return envelope.payload;
}
