// The word on the newest software (docs/specs/update.md).
import * as c from './canonical.mjs';
import { require_ } from './refusal.mjs';
import { authenticate } from './sealed.mjs';
import { fields, keysFor, lineOf, parse, shortText, standing, versionText } from './statements.mjs';

const NUMBER = c.atLeast(0), COUNTER = c.atLeast(1);
const MEMBERS = c.object({
  serial: COUNTER, version: versionText, digest: c.DIGEST, reason: shortText, at: NUMBER, until: NUMBER,
  size: (value) => (COUNTER(value) <= 2 ** 31 ? value : c.strange('size')),
});

function shape(value) {
  const said = MEMBERS(value);
  return said.until > said.at ? said : c.strange('until');
}

const numbers = (text) => Array.from({ length: 4 }, (_, n) => Number(text.split('.')[n] ?? 0));
function lower(one, than) {
  const [a, b] = [numbers(one), numbers(than)];
  const differs = a.findIndex((value, n) => value !== b[n]);
  return differs >= 0 && a[differs] < b[differs];
}

export function update(bytes, release, given, register) {
  const envelope = parse(bytes, 'update');
  const trusted = register ? keysFor(register, 'release') : release;
  authenticate(envelope, trusted, 1, 't5');
  if (register) standing(register, 'release', envelope.signatures);
  const known = envelope.signatures.filter((one) => trusted.some((key) => key.id === one.keyid));
  const whose = known.map(({ keyid }) => (register ? lineOf(register, 'release', keyid) : keyid));
  require_(new Set(whose).size >= 2, 'd1', 'update-signature-missing');
  require_(envelope.signatures.length === 2, 'd2', 'signature-refused');
  const said = fields(envelope, 'update', shape);
  require_(given.now < said.until, 'd3', 'update-expired');
  if (given.held) {
    const payload = Buffer.from(given.held, 'hex');
    const held = shape(c.decode(payload));
    const same = Buffer.compare(payload, Buffer.from(envelope.payload)) === 0;
    require_(said.serial > held.serial || same, 'd4', 'update-older');
  }
  require_(!lower(said.version, given.installed), 'd5', 'update-older');
  return envelope.payload;
}
