/** Why an item or its responses cannot be scored: the code that docs/specs/qti.md gives. */
export class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

export const refuse = (code = 'qti-refused') => { throw new Refused(code); };
