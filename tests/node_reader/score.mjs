// node score.mjs VECTORS/qti: what this reader makes of every item and its responses, as JSON.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { score } from './qti/item.mjs';
import { Refused } from './qti/refused.mjs';

const folder = process.argv[2];
const cases = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'));
const verdicts = cases.map(({ item, responses }) => {
  try {
    return { outcomes: score(readFileSync(join(folder, item), 'utf8'), responses) };
  } catch (error) {
    if (!(error instanceof Refused)) throw new Error(`${item} ${JSON.stringify(responses)}`, { cause: error });
    return { code: error.code };
  }
});
process.stdout.write(`${JSON.stringify(verdicts)}\n`);
