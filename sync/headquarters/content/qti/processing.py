"""Running the rules of an item: conditions, assignments and the expressions in them."""

from collections.abc import Callable, Iterable
from collections.abc import Mapping as MappingOf

from sync.headquarters.content.qti.declarations import AreaMapping, Declaration, Mapping
from sync.headquarters.content.qti.extensions import extension
from sync.headquarters.content.qti.markup import Node, at_line, placed, plain_name, refusal
from sync.headquarters.content.qti.numbers import NUMERIC
from sync.headquarters.content.qti.operators import PLAIN, Call, Operator, truth
from sync.headquarters.content.qti.texts import TEXTUAL
from sync.headquarters.content.qti.values import (
    CONTAINERS,
    NUMBERS,
    TEXTS,
    Atom,
    Value,
    as_number,
    atom_number,
    container,
    read_atom,
)
from sync.headquarters.content_errors import QtiUnsupported
from sync.words import Words

OPERATORS: MappingOf[str, Operator] = {**PLAIN, **TEXTUAL, **NUMERIC}
RANDOM = frozenset({"random", "randominteger", "randomfloat"})
DEEPEST = 60
TOO_DEEP = Words("（嵌套过深）", " (nested too deeply)")
BY_CHANCE = Words("（由随机模板取值）", " (a random template gives its value)")
CONDITIONS = {"responsecondition": "response", "templatecondition": "template"}
EXITS = frozenset({"exitresponse", "exittemplate"})


class Exit(Exception):
    """A rule ends the processing."""


def unsupported(node: Node, name: str = "", why: Words | None = None) -> QtiUnsupported:
    """The refusal of an element, by its name."""
    name, why = name or node.written, why or Words("", "")
    reason = Words(f"不支持 {name}{why.zh}", f"{name} is not supported{why.en}")
    error = QtiUnsupported([placed("", node.line, reason)])
    return at_line(error, node.line, reason)


class Machine:
    """The variables of an item in one attempt, and the rules that change them.

    `undetermined` are those that only chance gives a value: whoever reads one is refused.
    """

    def __init__(self, declarations: Iterable[Declaration]) -> None:
        self.declared = {one.identifier: one for one in declarations}
        self.values = {name: one.initial for name, one in self.declared.items()}
        self.correct = {name: one.correct for name, one in self.declared.items()}
        self.undetermined: set[str] = set()
        self.given: set[str] = set()
        self.template = False

    def run(self, rules: Iterable[Node]) -> None:
        """Carry out rules in order, until one of them ends it."""
        try:
            self._run(rules, 0)
        except Exit:
            return

    def _run(self, rules: Iterable[Node], depth: int) -> None:
        for rule in rules:
            if depth > DEEPEST:
                raise unsupported(rule, why=TOO_DEEP)
            if rule.name in EXITS:
                raise Exit
            if rule.name in CONDITIONS:
                self._condition(rule, CONDITIONS[rule.name], depth)
            elif rule.name == "responseprocessingfragment":
                self._run(rule.children, depth + 1)
            elif rule.name in ASSIGNMENTS:
                ASSIGNMENTS[rule.name](self, rule)
            else:
                raise unsupported(rule)

    def _condition(self, rule: Node, kind: str, depth: int) -> None:
        for branch in rule.children:
            if branch.name == f"{kind}else":
                self._run(branch.children, depth + 1)
                return
            if branch.name not in (f"{kind}if", f"{kind}elseif") or not branch.children:
                raise unsupported(branch)
            if truth(self.value(branch.children[0])):
                self._run(branch.children[1:], depth + 1)
                return

    def value(self, node: Node, depth: int = 0) -> Value | None:
        """The value of an expression; QtiUnsupported by its name if there is no such operator."""
        if depth > DEEPEST:
            raise unsupported(node, why=TOO_DEEP)
        if node.name in READERS:
            return READERS[node.name](self, node)
        operator = OPERATORS.get(node.name) or extension(node.name, node.get("definition"))
        if operator is None:
            named = node.get("class") or node.get("definition")
            raise unsupported(node, f"{node.written} {named}".strip())
        operands = [self.value(child, depth + 1) for child in node.children]
        try:
            return operator(Call(node, operands, self.lookup))
        except IndexError:
            reason = Words(f"{node.name} 缺少运算对象", f"{node.name} lacks an operand")
            raise refusal("", node.line, reason) from None

    def lookup(self, name: str) -> Value | None:
        """A variable's value, or NULL if there is none of that name."""
        return self.values.get(name)

    def declaration(self, node: Node) -> Declaration:
        """What the variable that an element names was declared to be."""
        found = self.declared.get(node.get("identifier"))
        if found is None:
            name = node.get("identifier")
            raise refusal("", node.line, Words(f"未声明的变量 {name}", f"{name} is not declared"))
        return found

    def known(self, node: Node) -> Declaration:
        """As declaration; refused if only chance could say its value."""
        if node.get("identifier") in self.undetermined:
            raise unsupported(node, node.get("identifier"), BY_CHANCE)
        return self.declaration(node)

    def assign(self, node: Node, value: Value | None) -> None:
        """Give a variable a value, as its declaration wants it; an undeclared outcome is made."""
        name = node.get("identifier")
        if name not in self.declared and node.name in ("setoutcomevalue", "lookupoutcomevalue"):
            base = value.base if value else "float"
            kind = value.cardinality if value else "single"
            self.declared[name] = Declaration("outcome", name, kind, base)
        if name not in self.given:
            self.values[name] = fitted(value, self.declaration(node), node)


def fitted(value: Value | None, declared: Declaration, node: Node) -> Value | None:
    """A value as a variable holds it: its base type and cardinality."""
    if value is None or "record" in (value.cardinality, declared.cardinality):
        return value
    atoms = [_cast(atom, declared.base) for atom in value.atoms]
    if declared.cardinality in CONTAINERS:
        return container(declared.base, declared.cardinality, atoms)
    if len(atoms) > 1:
        reason = Words(
            f"{declared.identifier} 为单值，却得到 {len(atoms)} 个值",
            f"{declared.identifier} is single and gets {len(atoms)} values",
        )
        raise refusal("", node.line, reason)
    return container(declared.base, "single", atoms)


def _cast(atom: Atom, base: str) -> Atom:
    if base in NUMBERS:
        found = float(atom) if isinstance(atom, bool) else atom_number(atom)
        if found is None:
            return atom
        whole = base == "integer" and found == found // 1
        return int(found) if whole else found if base == "integer" else float(found)
    if base in TEXTS and not isinstance(atom, str | tuple):
        return str(atom).lower() if isinstance(atom, bool) else str(atom)
    return atom


def _set(machine: Machine, rule: Node) -> None:
    machine.assign(rule, machine.value(rule.children[0]) if rule.children else None)


def _look_up(machine: Machine, rule: Node) -> None:
    declared = machine.declaration(rule)
    found = as_number(machine.value(rule.children[0])) if rule.children else None
    if declared.table is None:
        name = declared.identifier
        raise refusal("", rule.line, Words(f"{name} 没有对照表", f"{name} has no table"))
    machine.assign(rule, declared.table.default if found is None else declared.table.of(found))


def _set_correct(machine: Machine, rule: Node) -> None:
    value = machine.value(rule.children[0]) if rule.children else None
    declared = machine.declaration(rule)
    machine.correct[declared.identifier] = fitted(value, declared, rule)


def _constraint(machine: Machine, rule: Node) -> None:
    """Without chance another try gives the same: the template's variables keep their defaults."""
    if truth(machine.value(rule.children[0]) if rule.children else None):
        return
    for name, declared in machine.declared.items():
        if declared.kind == "template" and name not in machine.given:
            machine.values[name] = declared.initial
    raise Exit


ASSIGNMENTS: MappingOf[str, Callable[[Machine, Node], None]] = {
    "setoutcomevalue": _set,
    "settemplatevalue": _set,
    "setdefaultvalue": _set,
    "setcorrectresponse": _set_correct,
    "lookupoutcomevalue": _look_up,
    "templateconstraint": _constraint,
}


def _variable(machine: Machine, node: Node) -> Value | None:
    return machine.values[machine.known(node).identifier]


def _correct(machine: Machine, node: Node) -> Value | None:
    return machine.correct[machine.known(node).identifier]


def _default(machine: Machine, node: Node) -> Value | None:
    return machine.known(node).default


def _base_value(_machine: Machine, node: Node) -> Value | None:
    base = plain_name(node.get("basetype"))
    try:
        found = read_atom(node.text, base)
    except (ValueError, KeyError):
        wrong = node.text.strip()[:40]
        raise refusal(
            "", node.line, Words(f"不是 {base}：{wrong}", f"no {base}: {wrong}")
        ) from None
    return None if found is None else Value(base, "single", (found,))


def _map_response(machine: Machine, node: Node) -> Value | None:
    declared = machine.known(node)
    # Without a mapping nothing counts; players agree on it, and an import refuses such an item.
    mapping = declared.mapping or Mapping((), 0.0, None, None)
    return Value("float", "single", (float(mapping.of(machine.values[declared.identifier])),))


def _map_response_point(machine: Machine, node: Node) -> Value | None:
    declared = machine.known(node)
    areas = declared.areas or AreaMapping((), Mapping((), 0.0, None, None))
    return Value("float", "single", (float(areas.of(machine.values[declared.identifier])),))


READERS: MappingOf[str, Callable[[Machine, Node], Value | None]] = {
    "variable": _variable,
    "correct": _correct,
    "default": _default,
    "basevalue": _base_value,
    "mapresponse": _map_response,
    "mapresponsepoint": _map_response_point,
}
