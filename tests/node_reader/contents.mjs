// Packages, batches and files (docs/specs/batch-and-package.md, journal.md).
import { inflateSync } from 'node:zlib';
import * as c from './canonical.mjs';
import { equal, root } from './crypto.mjs';
import { refuse, require_ } from './refusal.mjs';
import { canonically, openPart, parse, verify } from './sealed.mjs';
import { checkpoint, lineOf, standing, unlockCode, worst } from './statements.mjs';

const WORDS = c.tuple(c.string, c.string);
const PLAN = c.object({
  id: c.string, site: c.string, name: WORDS, starts_at: c.string, room: c.string,
  kind: c.oneOf('examination', 'rehearsal', 'practice'),
  sittings: c.list(c.object({
    id: c.string, specification: c.string, component: c.string, title: WORDS, minutes: c.integer,
    forms: c.list(c.string), earliest_hand_in: c.integer, break_minutes: c.integer,
    part_minutes: c.list(c.integer), lockdown: c.maybe(c.oneOf('required')),
  })),
  candidates: c.list(c.object({
    admission: c.string, name: c.string, identity: c.string, sex: c.oneOf('男', '女'),
    school: c.string, seat: c.integer, sittings: c.list(c.string), extra_minutes: c.integer,
    rests: c.integer, rest_minutes: c.integer,
  })),
});
/** A text, or markup with its files named. */
const SAID = (v) => (typeof v === 'string' ? v : c.object({ html: c.string })(v));
const FORM = c.object({
  id: c.string, specification: c.string, component: c.string, title: WORDS, minutes: c.integer,
  parts: c.list(c.object({
    id: c.string, title: WORDS, marks_each: c.integer,
    items: c.list(c.object({
      id: c.string, choose: c.oneOf('one', 'many', 'truth', 'gap', 'match', 'order'), stem: SAID,
      options: c.list(c.tuple(c.string, SAID)), situation: c.orNull(c.string),
      rows: c.list(c.tuple(c.string, SAID)),
    })),
  })),
  situations: c.list(c.object({
    id: c.string, title: c.string, text: SAID, table: c.list(c.list(c.string)),
  })),
  tasks: c.list(c.object({
    id: c.string, title: c.string, minutes: c.integer, marks: c.integer, situation: c.string,
    materials: c.list(c.object({ file: c.string, title: c.string })),
    deliverables: c.list(c.object({
      id: c.string, kind: c.oneOf('text', 'file'), title: c.string, prompt: c.string,
      accept: c.list(c.string),
    })),
  })),
});
const KEYS = c.object({
  marking: c.oneOf('all-or-nothing', 'part-marks'),
  items: c.table(c.object({ key: c.list(c.string), reason: c.string, why: c.table(c.string) })),
});
const PAPERS = c.object({
  forms: c.list(FORM), seed: c.bytes(), materials: c.table(c.bytes()), keys: c.table(KEYS),
});

const PHOTOS = c.object({ photos: c.table(c.bytes()) });

/** Begins and ends as a JPEG, and is no larger than a portrait. */
function isJpeg(data) {
  const [a, b, third] = data;
  const [y, z] = data.slice(-2);
  return data.length <= 65536 && a === 0xff && b === 0xd8 && third === 0xff && y === 0xff && z === 0xd9;
}

/** A package for the site of a verified certificate: the bytes of its two parts. */
export async function readPackage(file, { certificate, register, release, key, codes }) {
  const document = verify(parse(file), { kind: 'package', trusted: release });
  const { envelope, manifest } = document;
  if (register) standing(register, 'release', envelope.signatures);
  const ids = release.map((one) => one.id);
  const officers = envelope.signatures.filter((one) => ids.includes(one.keyid));
  const whose = officers.map(({ keyid }) => (register ? lineOf(register, 'release', keyid) : keyid));
  require_(new Set(whose).size >= 2, 'p0', 'second-signature-missing');
  require_(envelope.signatures.length === 2, 'p1', 'signature-refused');
  const { identity } = manifest;
  const said = Object.keys(identity).sort().join();
  require_(said === 'session,site', 'p2', 'not-canonical');
  require_(manifest.parts.map((p) => p.name).join() === 'plan,photos,papers', 'p3', 'not-canonical');
  require_(identity.site === certificate.site, 'p4', 'for-other-site');
  const planBytes = await openPart(document, 'plan', key);
  const plan = canonically('p5', () => PLAN(c.decode(planBytes)));
  const same = plan.site === identity.site && plan.id === identity.session;
  require_(same, 'p6', 'not-canonical');
  require_(sound(plan), 'p7', 'plan-refused');
  const photosBytes = await openPart(document, 'photos', key);
  const { photos } = canonically('p10', () => PHOTOS(c.decode(photosBytes)));
  const known = new Set(plan.candidates.map((x) => x.admission));
  const seen = Object.entries(photos);
  require_(seen.every(([name, photo]) => known.has(name) && isJpeg(photo)), 'p11', 'plan-refused');
  const secrets = codes.map((typed, n) => unlockCode(typed, n + 1));
  const papersBytes = await openPart(document, 'papers', key, secrets);
  const papers = canonically('p8', () => PAPERS(c.decode(papersBytes)));
  const wanted = plan.sittings.flatMap((s) => s.forms).sort().join('\n');
  const found = papers.forms.map((f) => f.id).sort().join('\n');
  require_(wanted === found, 'p9', 'document-altered');
  require_(rightKeys(plan, papers), 'p12', 'document-altered');
  const forms = new Map(papers.forms.map((f) => [f.id, f]));
  const timed = (s) => s.forms.every((name) => forms.get(name).parts.length === s.part_minutes.length);
  require_(plan.sittings.every((s) => !s.part_minutes.length || timed(s)), 'p13', 'document-altered');
  return { plan: planBytes, photos: photosBytes, papers: papersBytes };
}

/** Keys to each item of a practice, and to none of any other session. */
function rightKeys({ kind }, { forms, keys }) {
  const itemsOf = (form) => form.parts.flatMap((part) => part.items.map((item) => item.id));
  const listed = (ids) => [...new Set(ids)].sort().join('\n');
  const found = Object.entries(keys);
  if (kind !== 'practice') return found.length === 0;
  return found.length === forms.length && forms.every((form) => Object.hasOwn(keys, form.id)
    && listed(Object.keys(keys[form.id].items)) === listed(itemsOf(form)));
}

const unique = (values) => new Set(values).size === values.length;
const within = (value, low, high) => low <= value && value <= high;

/** `YYYY-MM-DDThh:mm`, seconds or not, and an offset. */
function isStart(text) {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?(?:Z|[+-](\d\d):(\d\d))$/.exec(text);
  if (!found) return false;
  const [year, month, day, hour, minute, second, far, off] = found.slice(1).map((n) => Number(n ?? 0));
  const days = month === 2 && (year % 4 || (year % 100 === 0 && year % 400)) ? 28
    : [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  return year > 0 && within(month, 1, 12) && within(day, 1, days) && [hour, far].every((n) => n < 24)
    && [minute, second, off].every((n) => n < 60);
}

function sound({ id, site, sittings, candidates, starts_at: start }) {
  const names = sittings.map((s) => s.id);
  return sittings.length > 0 && isStart(start)
    && [id, site, ...names].every((name) => /^[a-z0-9][a-z0-9-]{0,39}$/.test(name))
    && [names, sittings.flatMap((s) => s.forms), candidates.map((x) => x.admission),
      candidates.map((x) => x.seat)].every(unique)
    && sittings.every((s) => s.forms.length > 0 && within(s.minutes, 1, 600)
      && s.earliest_hand_in >= 0 && within(s.break_minutes, 0, 240)
      && (!s.part_minutes.length || (Math.min(...s.part_minutes) > 0
        && s.part_minutes.reduce((a, b) => a + b) === s.minutes)))
    && candidates.every((x) => /^[0-9A-Za-z]{1,40}$/.test(x.admission) && x.seat > 0
      && within(x.extra_minutes, 0, 600) && within(x.rests, 0, 20)
      && within(x.rest_minutes, 0, 60) && (x.rests > 0) === (x.rest_minutes > 0) && x.sittings.length > 0 && unique(x.sittings)
      && x.sittings.every((name) => names.includes(name)));
}

const STATED = c.object({
  site: c.NAME, session: c.NAME, server_term: c.atLeast(1), sequence: c.atLeast(0),
});
const PARTS = { batch: 'events', file: 'file' };

/** What headquarters checks at its edge, without a key that opens. */
export function verifyIncoming(file, { site, live, escrow }) {
  const document = parse(file);
  const { kind } = document.manifest;
  require_(Object.hasOwn(PARTS, kind), 'b1', 'wrong-kind');
  canonically('b2', () => STATED(document.manifest.identity));
  verify(document, { kind, trusted: [site] });
  require_(document.envelope.signatures.length === 1, 'b3', 'signature-refused');
  const { parts } = document.manifest;
  require_(parts.length === 1 && parts[0].name === PARTS[kind], 'b4', 'not-canonical');
  const to = (parts[0].access.recipients ?? []).map((one) => one.key);
  const among = (ids) => to.filter((id) => ids.includes(id)).length === 1;
  require_(to.length === 2 && among(live) && among(escrow), 'b5', 'cannot-open');
  return document;
}

export async function readFile(file, given) {
  return openPart(verifyIncoming(file, given), 'file', given.key);
}

const MOST = 64 * 1024 * 1024;
const HEADER = c.object({
  site: c.string, session: c.string, server_term: c.atLeast(1), sequence: c.atLeast(0),
  first: c.atLeast(0), count: c.atLeast(0, 20000), final: c.bool,
  previous: c.orNull(c.DIGEST), checkpoint: c.string,
});

/** The first batch of a journal: its events' bytes; with a register, what its keys are good for. */
export async function readBatch(file, given) {
  const document = verifyIncoming(file, given);
  const lines = split(inflated(await openPart(document, 'events', given.key)));
  const header = canonically('b7', () => headerOf(lines[0]));
  const events = lines.slice(1);
  require_(events.length === header.count, 'b8', 'document-altered');
  const read = canonically('b9', () => events.map((line) => eventOf(c.decode(line))));
  const inOrder = read.every((event, n) => event.seq === header.first + n);
  require_(inOrder, 'b10', 'document-altered');
  const { identity } = document.manifest;
  const same = Object.keys(identity).every((name) => identity[name] === header[name]);
  require_(same, 'b11', 'not-canonical');
  const head = checkpoint(header.checkpoint, `examsite/${header.site}`, given.site);
  const { site, session, server_term: term } = header;
  const ours = head.origin === `examsite.journal/${site}/${session}/${term}`
    && head.size === String(events.length) && equal(head.root, root(events));
  require_(ours, 'b12', 'document-altered');
  const to = document.manifest.parts[0].access.recipients.map((one) => one.key);
  return {
    events: Buffer.concat(events.flatMap((line, n) => (n ? [Buffer.from('\n'), line] : [line]))),
    ...(given.register && { 'sealed-to': Buffer.from(worst(given.register, to)) }),
  };
}

function inflated(data) {
  let found;
  try {
    found = inflateSync(data, { maxOutputLength: MOST, info: true });
  } catch {
    return refuse('b6', 'document-altered');
  }
  require_(found.engine.bytesWritten === data.length, 'b6', 'document-altered');
  return found.buffer;
}

function split(bytes) {
  const lines = [];
  let from = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
    lines.push(bytes.subarray(from, at));
    from = at + 1;
  }
  return [...lines, bytes.subarray(from)];
}

function headerOf(line) {
  const header = HEADER(c.decode(line));
  const first = header.sequence === 0;
  if ((header.previous === null) !== first || (first && header.first !== 0)) c.strange('previous');
  return header;
}

// kind → members of its body: s text, i integer, b boolean, l list of texts, r response.
const SAVE = 'attempt:s item:s response:r seat_term:i instance:s sequence:i';
const FILE = 'attempt:s item:s name:s size:i sha256:s seat_term:i instance:s sequence:i';
const KINDS = {
  import: 'package:s',
  unlock: 'package:s way:s',
  'unlock-refused': 'package:s by:s clock_ms:i',
  'unlock-early': 'seconds:i reason:s by:s',
  open: 'sitting:s by:s',
  'sign-in': 'attempt:s seat:i seat_term:i instance:s',
  confirm: 'attempt:s',
  start: 'attempt:s form:s allowance_ms:i clock_ms:i',
  response: SAVE,
  evidence: `${SAVE} why:s`,
  file: FILE,
  'file-evidence': `${FILE} held:i why:s`,
  flag: 'attempt:s item:s flagged:b',
  hand: 'attempt:s raised:b clock_ms:i by:s',
  extension: 'attempt:s ms:i lost:l reason:s by:s',
  pause: 'attempt:s clock_ms:i reason:s by:s',
  resume: 'attempt:s clock_ms:i by:s',
  rest: 'attempt:s clock_ms:i ms:i approved:b reason:s by:s',
  part: 'attempt:s part:i clock_ms:i',
  again: 'attempt:s seat_term:i',
  noticed: 'attempt:s instance:s what:s count:i ms:i',
  'check-in': 'attempt:s by:s',
  admit: 'attempt:s reason:s by:s',
  readmit: 'attempt:s reason:s by:s',
  vouched: 'attempt:s act:s reason:s by:s second:s',
  reopen: 'attempt:s ms:i reason:s by:s second:s',
  silence: 'attempt:s from_ms:i to_ms:i',
  'page-worked': 'attempt:s instance:s from_ms:i to_ms:i',
  late: 'attempt:s instance:s sequence:i made_ms:i deadline_ms:i from_ms:i to_ms:i',
  'late-file': 'attempt:s instance:s sequence:i made_ms:i deadline_ms:i from_ms:i to_ms:i',
  'late-decision': 'attempt:s counts:b saves:i reason:s by:s second:s',
  move: 'attempt:s from:i to:i seat_term:i reason:s by:s',
  message: 'attempt:s zh:s en:s by:s',
  incident: 'attempt:s category:s note:s by:s',
  violation: 'attempt:s note:s by:s',
  absent: 'attempt:s by:s',
  'hand-in': 'attempt:s how:s receipt:s answered:i of:i',
  rescue: 'attempt:s saves:i receipt:s answered:i reason:s by:s second:s',
  'rescue-refused': 'attempt:s saves:i reason:s by:s second:s',
  copy: 'attempt:s form:s instance:s',
  close: 'sitting:s by:s attempts:i handed_in:i',
  promote: 'server_term:i by:s second:s reason:s',
};
const MEMBER = {
  s: c.string, i: c.integer, b: c.bool, l: c.list(c.string),
  r: (v) => (typeof v === 'string' ? v : c.list(c.string)(v)),
};
const BODIES = Object.fromEntries(Object.entries(KINDS).map(([kind, members]) => [
  kind, c.object(Object.fromEntries(members.split(' ').map((m) => m.split(':')).map(
    ([name, type]) => [name, MEMBER[type]],
  ))),
]));
const EVENT = c.object({ seq: c.atLeast(0), at: c.atLeast(0), kind: c.string, body: (v) => v });

function eventOf(value) {
  const event = EVENT(value);
  if (!Object.hasOwn(BODIES, event.kind)) c.strange('unknown kind');
  BODIES[event.kind](event.body);
  return event;
}
