// XML as nodes by plain names (docs/specs/qti.md): no DOCTYPE, names without prefix, `qti-` and hyphens.
import { SaxesParser } from 'saxes';
import { Refused } from './refused.mjs';

const plain = (name) => name.replace(/^.*:/, '').replace(/^qti-/, '').replaceAll('-', '').toLowerCase();

export function parse(text) {
  const parser = new SaxesParser();
  const top = { name: '', at: {}, children: [], text: '' };
  const open = [top];
  const say = (said) => open.forEach((one) => (one.text += said));
  parser.on('doctype', () => { throw new Refused('qti-refused'); });
  parser.on('error', () => { throw new Refused('qti-refused'); });
  parser.on('opentag', ({ name, attributes }) => {
    const at = Object.fromEntries(Object.entries(attributes).map(([key, value]) => [plain(key), value]));
    const node = { name: plain(name), at, children: [], text: '' };
    open.at(-1).children.push(node);
    open.push(node);
  });
  parser.on('closetag', () => open.pop());
  parser.on('text', say);
  parser.on('cdata', say);
  parser.write(text).close();
  return top.children[0];
}

export const first = (node, name) => node.children.find((child) => child.name === name);
export const all = (node, name) => node.children.filter((child) => child.name === name);
