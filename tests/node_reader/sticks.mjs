// The signed list of an installation stick (docs/specs/stick.md).
import * as c from './canonical.mjs';
import { byTwo } from './officers.mjs';
import { require_ } from './refusal.mjs';
import { fields, parse } from './statements.mjs';

const PART = '[A-Za-z0-9_][A-Za-z0-9._-]{0,99}';
const PATH = new RegExp(`^${PART}(/${PART}){0,5}$`);
const path = (value) => (PATH.test(c.string(value)) && value.length <= 200 ? value : c.strange('path'));
const FILE = c.object({ path, size: c.atLeast(0, 2 ** 32 - 1), digest: c.DIGEST });
const MEMBERS = c.object({ site: c.NAME, files: c.list(FILE), at: c.atLeast(0), until: c.atLeast(0) });

function shape(value) {
  const said = MEMBERS(value);
  if (said.until <= said.at) c.strange('until');
  const paths = said.files.map((one) => one.path);
  if (paths.length < 1 || paths.length > 4096) c.strange('so many files');
  c.ascending(paths);
  const plain = paths.map((one) => one.toLowerCase());
  if (new Set(plain).size < plain.length) c.strange('names that differ in capitals alone');
  return plain.includes('stick.json') ? c.strange('lists itself') : said;
}

export function stick(bytes, release, given, register) {
  const envelope = parse(bytes, 'stick');
  byTwo(envelope, release, register, ['l1', 'l2'], 'stick-signature-missing');
  const said = fields(envelope, 'stick', shape);
  require_(given.now < said.until, 'l3', 'stick-expired');
  if (given.site !== null) require_(said.site === given.site, 'l4', 'for-other-site');
  if (given.held) {
    const held = shape(c.decode(Buffer.from(given.held, 'hex')));
    const same = Buffer.from(given.held, 'hex').equals(Buffer.from(envelope.payload));
    require_(said.at > held.at || same, 'l5', 'stick-older');
  }
  return envelope.payload;
}
