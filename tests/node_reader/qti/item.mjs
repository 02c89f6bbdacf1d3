// An item read and scored, from docs/specs/qti.md alone: declarations, templates, rules.
import { fitted, holdsTrue, OPERATORS } from './operators.mjs';
import { refuse } from './refused.mjs';
import { atom, authored, BASES, CONTAINERS, distinct, number, of, sum } from './values.mjs';
import { all, first, parse } from './xml.mjs';

const texts = (node) => all(node, 'value').map((value) => value.text);
const say = (node) => (node ? texts(node) : []);
const float = (text) => (text === undefined ? undefined : atom(text, 'float') ?? refuse());

function mapped(node, base) {
  const cased = (at, otherwise) => (at.casesensitive === undefined ? otherwise : at.casesensitive !== 'false');
  const usual = cased(node.at, true);
  return {
    otherwise: float(node.at.defaultvalue) ?? 0,
    low: float(node.at.lowerbound) ?? -Infinity,
    high: float(node.at.upperbound) ?? Infinity,
    entries: all(node, 'mapentry').map(({ at }) => ({
      key: atom(at.mapkey, base), counts: float(at.mappedvalue), cased: cased(at, usual),
    })),
  };
}

function declaration(node) {
  const base = (node.at.basetype ?? '').toLowerCase();
  const one = { what: node.name, id: node.at.identifier, base, kind: node.at.cardinality };
  if (!BASES.includes(base) || !['single', ...CONTAINERS].includes(one.kind)) refuse();
  const [given, correct, mapping] = ['defaultvalue', 'correctresponse', 'mapping'].map((name) => first(node, name));
  one.standing = authored(say(given), base, one.kind);
  one.correct = authored(say(correct), base, one.kind);
  if (mapping) one.mapping = mapped(mapping, base);
  const zero = one.what === 'outcomedeclaration' && one.kind === 'single' && ['integer', 'float'].includes(base);
  if (zero && !one.standing) one.standing = of(base, 'single', [0]);
  return one;
}

/** Of a container each value once; of NULL the default. */
function count(mapping, value) {
  const low = (text) => text.toLowerCase();
  const fits = ({ key, cased }, said) => (cased || typeof said !== 'string' ? JSON.stringify(key) === JSON.stringify(said) : low(key) === low(said));
  const one = (said) => mapping.entries.find((entry) => fits(entry, said))?.counts ?? mapping.otherwise;
  const total = value === null ? mapping.otherwise : sum(distinct(value).map(one));
  return Math.min(Math.max(total, mapping.low), mapping.high);
}

class Attempt {
  constructor(declared) {
    this.declared = new Map(declared.map((one) => [one.id, one]));
    if (this.declared.size < declared.length) refuse();
    this.values = new Map(declared.map((one) => [one.id, one.standing]));
  }

  answer(responses) {
    for (const [name, said] of Object.entries(responses)) {
      const one = this.declared.get(name);
      if (one?.what !== 'responsedeclaration') refuse('responses-refused');
      const listed = said === null ? [] : [said].flat().map(String);
      if (one.kind === 'single' && listed.length > 1) refuse('responses-refused');
      const atoms = listed.map((text) => atom(text, one.base, false)).filter((a) => a !== undefined && a !== null);
      this.values.set(name, of(one.base, one.kind, atoms));
    }
  }

  known(node) {
    return this.declared.get(node.at.identifier) ?? refuse();
  }

  value(node) {
    if (node.name === 'variable') return this.values.get(this.known(node).id);
    if (node.name === 'correct') return this.known(node).correct;
    if (node.name === 'default') return this.known(node).standing;
    if (node.name === 'basevalue') return authored([node.text], node.at.basetype.toLowerCase(), 'single');
    if (node.name === 'mapresponse') {
      const one = this.known(node);
      return number(one.mapping ? count(one.mapping, this.values.get(one.id)) : 0);
    }
    const operator = OPERATORS[node.name] ?? refuse('qti-unsupported');
    return operator(node.children.map((child) => this.value(child)), node.at);
  }

  run(rules) {
    for (const rule of rules) {
      if (rule.name === 'exitresponse') return true;
      if (rule.name === 'setoutcomevalue') {
        const one = this.known(rule);
        this.values.set(one.id, fitted(this.value(rule.children[0]), one));
      } else if (rule.name === 'responsecondition') {
        const taken = rule.children.find((branch) => branch.name === 'responseelse' || holdsTrue(this.value(branch.children[0])));
        const inner = taken ? taken.children.slice(taken.name === 'responseelse' ? 0 : 1) : [];
        if (this.run(inner)) return true;
      } else if (rule.name === 'responseprocessingfragment') {
        if (this.run(rule.children)) return true;
      } else refuse('qti-unsupported');
    }
    return false;
  }
}

const SCORE = (inner) => `<s><setOutcomeValue identifier="SCORE">${inner}</setOutcomeValue></s>`;
const SET = (n) => SCORE(`<baseValue baseType="float">${n}</baseValue>`).replace(/<\/?s>/g, '');
const RESPONSE = '<variable identifier="RESPONSE"/>';
const IF = (test, then, otherwise) => `<s><responseCondition><responseIf>${test}${then}</responseIf><responseElse>${otherwise}</responseElse></responseCondition></s>`;
const TEMPLATES = {
  matchcorrect: IF(`<match>${RESPONSE}<correct identifier="RESPONSE"/></match>`, SET(1), SET(0)),
  mapresponse: IF(`<isNull>${RESPONSE}</isNull>`, SET(0), SCORE('<mapResponse identifier="RESPONSE"/>').replace(/<\/?s>/g, '')),
};

function rules(processing) {
  if (!processing) return [];
  if (processing.children.length || !processing.at.template) return processing.children;
  const name = processing.at.template.split('/').at(-1).replace(/\.xml$/, '').replaceAll(/[-_]/g, '').toLowerCase();
  return parse(TEMPLATES[name] ?? refuse()).children;
}

const shown = (one) => (Array.isArray(one) ? one.join(' ') : one);

/** The outcome variables of one attempt, as JSON has them. */
export function score(xml, responses) {
  const item = parse(xml);
  if (item?.name !== 'assessmentitem') refuse();
  const declared = item.children.filter(({ name }) => ['responsedeclaration', 'outcomedeclaration'].includes(name)).map(declaration);
  const attempt = new Attempt(declared);
  attempt.answer(responses);
  attempt.run(rules(first(item, 'responseprocessing')));
  const told = declared.filter((one) => one.what === 'outcomedeclaration').map((one) => {
    const value = attempt.values.get(one.id);
    const said = value && value.atoms.map(shown);
    return [one.id, said && (CONTAINERS.includes(one.kind) ? said : said[0])];
  });
  return Object.fromEntries(told);
}
