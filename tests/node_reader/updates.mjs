// The word on the newest software (docs/specs/update.md).
import * as c from './canonical.mjs';
import { byTwo } from './officers.mjs';
import { require_ } from './refusal.mjs';
import { fields, parse, shortText, versionText } from './statements.mjs';

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
  byTwo(envelope, release, register, ['d1', 'd2'], 'update-signature-missing');
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
