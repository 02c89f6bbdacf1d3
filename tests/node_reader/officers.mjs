// What two release officers signed, and nobody else (docs/specs/update.md, stick.md).
import { require_ } from './refusal.mjs';
import { authenticate } from './sealed.mjs';
import { keysFor, lineOf, standing } from './statements.mjs';

/** `checks` are the names of the checks for one officer too few and for a stranger too many. */
export function byTwo(envelope, release, register, checks, missing) {
  const trusted = register ? keysFor(register, 'release') : release;
  authenticate(envelope, trusted, 1, 't5');
  if (register) standing(register, 'release', envelope.signatures);
  const known = envelope.signatures.filter((one) => trusted.some((key) => key.id === one.keyid));
  const whose = known.map(({ keyid }) => (register ? lineOf(register, 'release', keyid) : keyid));
  require_(new Set(whose).size >= 2, checks[0], missing);
  require_(envelope.signatures.length === 2, checks[1], 'signature-refused');
}
