// A document that is refused: by which check of docs/specs, with which code.
export class Refusal extends Error {
  constructor(check, code, why) {
    super(`${check} ${code}: ${why}`);
    this.check = check;
    this.code = code;
  }
}

export function refuse(check, code, why = '') {
  throw new Refusal(check, code, why);
}

export function require_(held, check, code, why = '') {
  if (!held) refuse(check, code, why);
}
