"""Operators on numbers. What has no result (a division by nought, a NaN) is NULL."""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext

from sync.headquarters.content.qti.markup import refusal
from sync.headquarters.content.qti.operators import Call, Operator
from sync.headquarters.content.qti.values import (
    Value,
    as_number,
    atom_number,
    boolean,
    number,
    same,
    total_of,
)
from sync.words import Words

MOST_DIGITS = 400


def _flat(call: Call) -> list[float]:
    """The numbers of all operands, containers taken apart; none if one is NULL or no number."""
    atoms = [atom_number(atom) for value in call.complete for atom in value.atoms]
    found = [atom for atom in atoms if atom is not None]
    return found if len(found) == len(atoms) else []


def _pair(call: Call) -> tuple[float, float] | None:
    one, other = (as_number(value) for value in call.operands[:2])
    return None if one is None or other is None else (one, other)


def _over(function: Callable[[Sequence[float]], float]) -> Operator:
    """An operator on any number of numbers."""

    def operator(call: Call) -> Value | None:
        found = _flat(call)
        return number(function(found)) if found else None

    return operator


def _of_two(function: Callable[[float, float], float | None]) -> Operator:
    """An operator on two numbers; where it has no result, NULL."""

    def operator(call: Call) -> Value | None:
        found = _pair(call)
        if found is None:
            return None
        try:
            return number(function(*found))
        except (ArithmeticError, ValueError):
            return None

    return operator


def _compared(function: Callable[[float, float], bool]) -> Operator:
    def operator(call: Call) -> Value | None:
        found = _pair(call)
        return boolean(None if found is None else function(*found))

    return operator


def _product(numbers: Sequence[float]) -> float:
    if all(isinstance(one, int) for one in numbers) or not all(map(math.isfinite, numbers)):
        return math.prod(numbers)
    return float(math.prod(Decimal(repr(one)) for one in numbers))


def _subtract(one: float, other: float) -> float:
    return total_of([one, -other])


def _power(one: float, other: float) -> float | None:
    found = float(one) ** float(other)
    if isinstance(found, complex):
        return None
    whole = isinstance(one, int) and isinstance(other, int) and other >= 0
    return int(found) if whole and abs(found) < 2**53 else found


def _whole(one: float) -> int:
    if one != int(one):
        raise ValueError(one)
    return int(one)


def _gcd(numbers: Sequence[float]) -> float:
    return math.gcd(*(int(one) for one in numbers))


def _lcm(numbers: Sequence[float]) -> float:
    return math.lcm(*(int(one) for one in numbers))


def _round(call: Call) -> Value | None:
    """To the nearest integer, halves upwards: 6.5 is 7 and -6.5 is -6."""
    found = as_number(call.operands[0])
    if found is None or not math.isfinite(found):
        return number(found)
    return number(math.floor(Decimal(repr(found)) + Decimal("0.5")))


def _truncate(call: Call) -> Value | None:
    found = as_number(call.operands[0])
    if found is None or not math.isfinite(found):
        return number(found)
    return number(math.trunc(found))


def rounded(found: float, mode: str, figures: int) -> Decimal | None:
    """A number to so many decimal places or significant figures, halves away from nought."""
    exact = Decimal(repr(found))
    if mode.lower().startswith("significant"):
        if figures < 1:
            return None
        places = figures - 1 - exact.adjusted()
    elif figures < 0:
        return None
    else:
        places = figures
    if not exact or places > MOST_DIGITS:
        return exact
    with localcontext(prec=2 * MOST_DIGITS):
        return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _round_to(call: Call) -> Value | None:
    found, figures = as_number(call.operands[0]), call.figure("figures")
    if found is None or figures is None:
        return None
    if not math.isfinite(found):
        return number(found)
    near = rounded(found, call.node.get("roundingmode", "significantFigures"), int(figures))
    return None if near is None else number(float(near))


def _equal(call: Call) -> Value | None:
    found = _pair(call)
    if found is None:
        whole = call.complete
        return boolean(same(whole[0], whole[1])) if whole else None
    mode = call.node.get("tolerancemode", "exact").lower()
    if mode == "exact" or not all(map(math.isfinite, found)):
        return boolean(found[0] == found[1])
    first, second = (Decimal(repr(one)) for one in found)
    below, above = _tolerances(call)
    if mode == "relative":
        below, above = abs(first) * below / 100, abs(first) * above / 100
    low, high = first - below, first + above
    above_low = second > low or (second == low and call.flag("includelowerbound", True))
    below_high = second < high or (second == high and call.flag("includeupperbound", True))
    return boolean(above_low and below_high)


def _tolerances(call: Call) -> tuple[Decimal, Decimal]:
    said = []
    for text in call.node.get("tolerance").replace(",", " ").split()[:2]:
        try:
            found = atom_number(text)
        except ValueError:
            found = None
        if found is None:
            found = as_number(call.lookup(text.strip("{}$")))
        if found is None or found < 0 or not math.isfinite(found):
            reason = Words(f"容差有误：{text[:40]}", f"no tolerance: {text[:40]}")
            raise refusal("", call.node.line, reason)
        said.append(Decimal(repr(found)))
    if not said:
        raise refusal("", call.node.line, Words("缺少 tolerance", "no tolerance"))
    return said[0], said[-1]


def _equal_rounded(call: Call) -> Value | None:
    found, figures = _pair(call), call.figure("figures")
    if found is None or figures is None:
        return None
    if not all(map(math.isfinite, found)):
        return boolean(found[0] == found[1])
    mode = call.node.get("roundingmode", "significantFigures")
    one, other = (rounded(value, mode, int(figures)) for value in found)
    return boolean(None if one is None or other is None else one == other)


def _log10(x: float) -> float:
    return math.log10(x) if x else -math.inf


def _ln(x: float) -> float:
    return math.log(x) if x else -math.inf


MATHS: Mapping[str, Callable[[float], float]] = {
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "sec": lambda x: 1 / math.cos(x),
    "csc": lambda x: 1 / math.sin(x),
    "cot": lambda x: 1 / math.tan(x),
    "asin": math.asin,
    "acos": math.acos,
    "atan": math.atan,
    "asec": lambda x: math.acos(1 / x),
    "acsc": lambda x: math.asin(1 / x),
    "acot": lambda x: math.atan(1 / x),
    "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh,
    "sech": lambda x: 1 / math.cosh(x),
    "csch": lambda x: 1 / math.sinh(x),
    "coth": lambda x: 1 / math.tanh(x),
    "log": _log10,
    "ln": _ln,
    "exp": math.exp,
    "abs": abs,
    "signum": lambda x: (x > 0) - (x < 0),
    "floor": math.floor,
    "ceil": math.ceil,
    "todegrees": math.degrees,
    "toradians": math.radians,
}
SPREADS: Mapping[str, tuple[int, Callable[[Sequence[float]], float]]] = {
    "mean": (1, statistics.fmean),
    "samplevariance": (2, statistics.variance),
    "samplesd": (2, statistics.stdev),
    "popvariance": (1, statistics.pvariance),
    "popsd": (1, statistics.pstdev),
}


def _math_operator(call: Call) -> Value | None:
    name = call.node.get("name").lower()
    found = _flat(call)
    if name == "atan2":
        return number(math.atan2(found[0], found[1])) if len(found) == 2 else None
    if name not in MATHS:
        reason = Words(f"不支持的运算 mathOperator {name}", f"mathOperator {name} is not supported")
        raise refusal("", call.node.line, reason)
    try:
        return number(MATHS[name](found[0])) if found else None
    except (ArithmeticError, ValueError):
        return None


def _math_constant(call: Call) -> Value | None:
    return number({"pi": math.pi, "e": math.e}.get(call.node.get("name").lower()))


def _stats_operator(call: Call) -> Value | None:
    least, function = SPREADS.get(call.node.get("name").lower(), (1, None))
    if function is None:
        name = call.node.get("name")
        reason = Words(
            f"不支持的运算 statsOperator {name}", f"statsOperator {name} is not supported"
        )
        raise refusal("", call.node.line, reason)
    found = _flat(call)
    return number(float(function(found))) if len(found) >= least else None


NUMERIC: Mapping[str, Operator] = {
    "sum": _over(total_of),
    "product": _over(_product),
    "min": _over(min),
    "max": _over(max),
    "gcd": _over(_gcd),
    "lcm": _over(_lcm),
    "subtract": _of_two(_subtract),
    "divide": _of_two(lambda x, y: float(x) / float(y)),
    "power": _of_two(_power),
    "integerdivide": _of_two(lambda x, y: _whole(x) // _whole(y)),
    "integermodulus": _of_two(lambda x, y: _whole(x) % _whole(y)),
    "gt": _compared(lambda x, y: x > y),
    "gte": _compared(lambda x, y: x >= y),
    "lt": _compared(lambda x, y: x < y),
    "lte": _compared(lambda x, y: x <= y),
    "durationlt": _compared(lambda x, y: x < y),
    "durationgte": _compared(lambda x, y: x >= y),
    "round": _round,
    "truncate": _truncate,
    "roundto": _round_to,
    "equal": _equal,
    "equalrounded": _equal_rounded,
    "mathoperator": _math_operator,
    "mathconstant": _math_constant,
    "statsoperator": _stats_operator,
}
