// node check.mjs VECTORS: what this reader makes of each vector, as JSON.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readBatch, readFile, readPackage } from './contents.mjs';
import { hex, openingKey, sha256, verifyKey } from './crypto.mjs';
import * as enrolment from './enrolment.mjs';
import * as inventories from './inventories.mjs';
import { partsList } from './parts.mjs';
import { Refusal } from './refusal.mjs';
import { openPart, parse, verify } from './sealed.mjs';
import * as statements from './statements.mjs';
import { stick } from './sticks.mjs';
import { update } from './updates.mjs';

const folder = process.argv[2];
const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'));
const bytesOf = (text) => new Uint8Array(Buffer.from(text, 'hex'));
const keys = {};
for (const [name, raw] of Object.entries(index.keys.verify)) {
  keys[name] = { ...verifyKey(bytesOf(raw), 'keys'), raw: bytesOf(raw) };
}
const opens = {};
for (const [name, seed] of Object.entries(index.keys.open)) opens[name] = await openingKey(bytesOf(seed));

const incoming = (given) => ({
  site: keys.site, key: opens[given.key], ...sealing(given),
});
const registerOf = ({ register }) => register
  && statements.keyRegister(Buffer.from(register, 'hex'), keys.root.id).said;
function sealing(given) {
  const register = registerOf(given);
  if (!register) return { live: [opens[given.live].id], escrow: [opens[given.escrow].id] };
  const ids = (role) => statements.keysFor(register, role).map((one) => one.id);
  return { register, live: ids('headquarters'), escrow: ids('escrow') };
}
const readers = {
  async 'sealed-document'(file, given) {
    const trusted = given.trusted.map((name) => keys[name]);
    const document = verify(parse(file), { ...given, trusted });
    const codes = given.way === 'codes'
      ? given.codes.map((typed, n) => statements.unlockCode(typed, n + 1)) : undefined;
    return { body: await openPart(document, 'body', opens[given.key], codes) };
  },
  async package(file, given) {
    const { said } = statements.certificate(Buffer.from(given.certificate, 'hex'), keys.root.id);
    const register = registerOf(given);
    const release = register ? statements.keysFor(register, 'release')
      : said.headquarters.release.map((raw) => verifyKey(raw, 'keys'));
    return readPackage(file, {
      certificate: said, register, release, key: opens[given.key], codes: given.codes,
    });
  },
  batch: (file, given) => readBatch(file, incoming(given)),
  file: async (file, given) => ({ file: await readFile(file, incoming(given)) }),
  receipt: (file, given) => ({ fields: statements.receipt(file, keys.receipt, given, registerOf(given)) }),
  refusal: (file, given) => ({ fields: statements.refusal(file, keys.receipt, given) }),
  'unlock-release': async (file, given) => ({
    codes: await statements.unlockRelease(file, keys.unlock, opens[given.key], given, registerOf(given)),
  }),
  'enrolment-request': (file) => ({ fields: statements.enrolmentRequest(file) }),
  certificate: (file) => ({ fields: statements.certificate(file, keys.root.id).payload }),
  'enrolment-bundle': (file) => ({ fields: enrolment.bundle(file).bytes }),
  'site-request': (file) => enrolment.siteRequest(file),
  'enrolment-answer': (file, given) => ({
    fields: enrolment.answer(file, enrolment.bundle(Buffer.from(given.bundle, 'hex')).said),
  }),
  'key-register': (file) => ({ fields: statements.keyRegister(file, keys.root.id).payload }),
  'fetch-request': (file) => ({ fields: statements.fetchRequest(file, keys.site) }),
  promotion: (file) => ({ fields: statements.known(file, 'promotion', keys.site) }),
  'later-server': (file) => ({ fields: statements.known(file, 'later-server', keys.receipt) }),
  'version-rule': (file) => ({ fields: statements.known(file, 'version-rule', keys.receipt) }),
  'readiness-report': (file) => ({ fields: statements.known(file, 'readiness-report', keys.site) }),
  inventory: (file, given) => ({ fields: inventories.inventory(file, keys.site, given) }),
  'inventory-answer': (file, given) => ({
    fields: inventories.answer(file, keys.receipt, given, registerOf(given)),
  }),
  update: (file, given) => ({
    fields: update(file, [keys.release, keys['release-2']], given, registerOf(given)),
  }),
  stick: (file, given) => ({
    fields: stick(file, [keys.release, keys['release-2']], given, registerOf(given)),
  }),
  'parts-list': (file) => ({ fields: partsList(file) }),
  checkpoint(file, given) {
    const { origin, size, root } = statements.checkpoint(file.toString('utf8'), given.name, keys.site);
    return { head: Buffer.from(`${origin} ${size} ${hex(root)}`) };
  },
  'unlock-code': (file, given) => ({
    secret: Buffer.from(statements.unlockCode(file.toString('utf8'), given.official)),
  }),
};

const verdicts = {};
for (const { format, fault, given } of index.vectors) {
  const file = readFileSync(join(folder, format, fault));
  try {
    const parts = await readers[format](file, { ...index.given[format], ...given });
    const found = Object.entries(parts).map(([name, data]) => [name, hex(sha256(data))]);
    verdicts[`${format}/${fault}`] = { opens: Object.fromEntries(found) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw new Error(`${format}/${fault}`, { cause: error });
    verdicts[`${format}/${fault}`] = { check: error.check, code: error.code };
  }
}
process.stdout.write(`${JSON.stringify(verdicts)}\n`);
