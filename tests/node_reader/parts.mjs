// The list of a file's parts on a stick (docs/specs/upload.md).
import * as c from './canonical.mjs';
import { canonically } from './sealed.mjs';

function parts(value) {
  const said = c.list(c.DIGEST)(value);
  return said.length >= 1 && said.length <= 4096 ? said : c.strange('so many parts');
}
const LIST = c.object({ parts, size: c.atLeast(1) });

export function partsList(file) {
  canonically('w1', () => LIST(c.decode(file)));
  return file;
}
