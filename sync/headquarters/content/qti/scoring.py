"""Scoring one attempt at an item: responses in, outcome variables out."""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sync.headquarters.content.qti.declarations import KINDS, Declaration, read_declaration
from sync.headquarters.content.qti.markup import Node, node, parse, placed, refusal
from sync.headquarters.content.qti.processing import RANDOM, Machine, unsupported
from sync.headquarters.content.qti.templates import template_rules
from sync.headquarters.content.qti.values import (
    CONTAINERS,
    Atom,
    Value,
    container,
    number,
    read_atom,
    single,
)
from sync.headquarters.content_errors import QtiRefused, ResponsesRefused
from sync.words import Words

# What every attempt has, declared or not.
BUILT_IN = (
    Declaration("response", "numAttempts", "single", "integer", default=number(1)),
    Declaration("response", "duration", "single", "duration", default=number(0.0)),
    Declaration(
        "outcome",
        "completionStatus",
        "single",
        "identifier",
        default=single("identifier", "unknown"),
    ),
)
MOST_RESPONSES = 10_000
Outcomes = dict[str, Any]


def score_item(data: bytes, responses: object, where: str = "") -> Outcomes:
    """The outcome variables of an attempt, as JSON has them.

    QtiRefused or QtiUnsupported if the item is not one that can be scored, ResponsesRefused if
    the responses do not fit its declarations.
    """
    try:
        return ScoredItem(node(parse(data))).score(responses)
    except QtiRefused as refused:
        raise type(refused)([placed(where, 0, one) for one in refused.problems]) from None


class ScoredItem:
    """An item's declarations and rules, read once for any number of attempts."""

    def __init__(self, root: Node) -> None:
        if root.name != "assessmentitem":
            raise refusal(
                "", root.line, Words(f"不是试题：{root.name}", f"not an item: {root.name}")
            )
        found = [read_declaration(child) for child in root.all(*KINDS)]
        self.declarations = _unique(found)
        self.declared = {one.identifier for one in found}
        self.preparing = _rules(root.first("templateprocessing"))
        processing = root.first("responseprocessing")
        self.rules = tuple(processing.children) if processing else ()
        if processing and not self.rules and processing.get("template"):
            self.rules, implied = template_rules(processing, self.declared)
            self.declarations += implied
            self.declared |= {one.identifier for one in implied}
        self.declarations += [one for one in BUILT_IN if one.identifier not in self.declared]

    def score(self, responses: object) -> Outcomes:
        """The outcomes for one candidate's responses."""
        machine = Machine(self.declarations)
        _answer(machine, responses)
        self._prepare(machine)
        machine.run(self.rules)
        return {
            name: as_json(machine.values[name])
            for name, declared in machine.declared.items()
            if declared.kind == "outcome" and self._shown(name, machine)
        }

    def _shown(self, name: str, machine: Machine) -> bool:
        """Built-in outcomes show if the item has to do with them."""
        built = next((one for one in BUILT_IN if one.identifier == name), None)
        return built is None or name in self.declared or machine.values[name] != built.initial

    def _prepare(self, machine: Machine) -> None:
        """Template processing; where it throws dice, what it would set is undetermined."""
        rules = [step for rule in self.preparing for step in rule.below()]
        if any(step.name in RANDOM for step in rules):
            names = {step.get("identifier") for step in rules if step.name.startswith("set")}
            machine.undetermined = names - machine.given
            return
        machine.run(self.preparing)


def _rules(holder: Node | None) -> tuple[Node, ...]:
    return holder.children if holder else ()


def _unique(found: list[Declaration]) -> list[Declaration]:
    seen: set[str] = set()
    for one in found:
        if one.identifier in seen:
            name = one.identifier
            raise refusal("", one.line, Words(f"重复声明 {name}", f"{name} is declared twice"))
        seen.add(one.identifier)
    return found


def _answer(machine: Machine, responses: object) -> None:
    """Put responses into their variables; ResponsesRefused lists all that do not fit."""
    if not isinstance(responses, dict):
        raise ResponsesRefused([Words("不是 JSON 对象", "not a JSON object")])
    problems: list[Words] = []
    for name, said in responses.items():
        declared = machine.declared.get(name)
        if declared is None or declared.kind == "outcome":
            problems.append(Words(f"没有作答变量 {name[:60]}", f"no response variable {name[:60]}"))
            continue
        try:
            machine.values[name] = response_value(said, declared)
        except ValueError as error:
            problems.append(Words(f"{name}：{error.args[0].zh}", f"{name}: {error.args[0].en}"))
        if declared.kind == "template":
            machine.given.add(name)
    if problems:
        raise ResponsesRefused(problems)


def response_value(said: object, declared: Declaration) -> Value | None:
    """What JSON says, as the variable holds it; ValueError with Words if it cannot be that.

    A text that is none of the base type (a word where a number belongs) is NULL: not answered.
    """
    if declared.cardinality == "record":
        return _record(said, declared)
    texts = list(_texts(said))
    if declared.cardinality == "single" and len(texts) > 1:
        count = len(texts)
        raise ValueError(Words(f"单值变量有 {count} 个值", f"{count} values of a single one"))
    atoms = [atom for atom in (_read(text, declared.base) for text in texts) if atom is not None]
    if declared.cardinality in CONTAINERS:
        return container(declared.base, declared.cardinality, atoms)
    return container(declared.base, "single", atoms)


def _texts(said: object) -> Iterator[str]:
    """The texts that JSON says; numbers and yes or no as they are written."""
    if said is None:
        return
    if isinstance(said, bool):
        yield str(said).lower()
    elif isinstance(said, str):
        yield said
    elif isinstance(said, int | float):
        yield repr(said)
    elif isinstance(said, list) and len(said) <= MOST_RESPONSES:
        if any(isinstance(one, list | dict) for one in said):
            raise ValueError(Words("列表只能包含文字", "a list holds strings only"))
        for one in said:
            yield from _texts(one)
    else:
        raise ValueError(Words("应为文字、文字列表或 null", "not a string, list or null"))


def _read(text: str, base: str) -> Atom | None:
    try:
        # A response keeps its white space: only authors wrap their XML.
        return (text or None) if base == "string" else read_atom(text, base)
    except (ValueError, KeyError):
        return None


def _record(said: object, declared: Declaration) -> Value | None:
    if isinstance(said, dict):
        fields = [
            (name, Value("string", "single", (text,)))
            for name, one in said.items()
            for text in _texts(one)
            if text
        ]
        return Value("", "record", (), tuple(fields)) if fields else None
    texts = [text for text in _texts(said) if text]
    if len(texts) > 1:
        raise ValueError(Words("记录变量有多个值", "several values of a record"))
    return _number_record(texts[0]) if texts else None


def _number_record(text: str) -> Value:
    """The record that a text entry makes of what was typed."""
    fields: dict[str, Value | None] = {"stringValue": single("string", text)}
    found = _read(text, "float")
    if isinstance(found, float) and math.isfinite(found):
        mantissa, _, exponent = text.strip().lower().partition("e")
        left, point, right = mantissa.lstrip("+-").partition(".")
        figures = (left + right).lstrip("0")
        fields |= {
            "floatValue": number(found),
            "leftDigits": number(len(left)),
            "rightDigits": number(len(right)),
            "ndp": number(len(right)),
            "nsf": number(len(figures)),
        }
        if exponent:
            fields["exponent"] = number(int(exponent))
        elif not point:
            fields["integerValue"] = number(int(found))
    held = tuple((name, value) for name, value in fields.items() if value is not None)
    return Value("", "record", (), held)


def as_json(value: Value | None) -> Any:
    """A value as JSON has it; NULL is null."""
    if value is None:
        return None
    if value.cardinality == "record":
        return {name: as_json(one) for name, one in value.fields}
    atoms = [_atom_json(atom) for atom in value.atoms]
    return atoms if value.cardinality in CONTAINERS else atoms[0]


def _atom_json(atom: Atom) -> Any:
    if isinstance(atom, tuple):
        return " ".join(_plain(part) for part in atom)
    if isinstance(atom, float) and not math.isfinite(atom):
        return "NaN" if atom != atom else "INF" if atom > 0 else "-INF"
    return atom


def _plain(part: str | float) -> str:
    return f"{part:g}" if isinstance(part, float) else str(part)


def score_all(item: ScoredItem, attempts: Iterable[Mapping[str, Any]]) -> list[Outcomes]:
    """The outcomes of many attempts at one item."""
    return [item.score(dict(one)) for one in attempts]


__all__ = ["ScoredItem", "as_json", "response_value", "score_all", "score_item", "unsupported"]
