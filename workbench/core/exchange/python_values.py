"""The values of Python expressions as far as they are written out: literals, and names that were given one.

Nothing is imported, called or run. What can't be known is `Missing`, and stays in its place until it is asked for.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from workbench.core.exchange import python_text
from workbench.core.exchange.imported import MOST_CHARACTERS
from workbench.core.exchange.python_text import Text, TooLarge, joined
from workbench.core.exchange.template import Hole, as_name, is_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MOST_WORK = 20 * MOST_CHARACTERS
"""Characters and items that may be made in all: code that doubles a text line by line is stopped by it."""
_MOST_INT = 2**64
"""Beyond it Python refuses to make a text or a float of some numbers, and no request holds one."""


class Missing(NamedTuple):
    """A value that is not written out. `name` is what a variable in its place is called."""

    line: int
    source: str
    name: str


Value: TypeAlias = "str | int | float | bool | Text | list[Value] | dict[str, Value] | Missing | None"


def label(node: ast.expr) -> str:
    """An expression in a few words: `user.name`, `load()`, `rows[...]`."""
    ends: list[str] = []
    for _ in range(6):
        if isinstance(node, ast.Name):
            ends.append(node.id)
            break
        if isinstance(node, ast.Attribute):
            ends.append(f".{node.attr}")
            node = node.value
        elif isinstance(node, ast.Call):
            ends.append("()")
            node = node.func
        elif isinstance(node, ast.Subscript):
            ends.append(f"[{_index_label(node.slice)}]"[:30])
            node = node.value
        elif isinstance(node, ast.Await):
            node = node.value
        else:
            break
    return "".join(reversed(ends)).lstrip(".")[:80] or f"a {type(node).__name__.lower()} expression"


def _index_label(node: ast.expr) -> str:
    key = node.value if isinstance(node, ast.Constant) else None
    if isinstance(key, str):
        return key
    return str(key) if isinstance(key, int) and abs(key) < _MOST_INT else "..."


def missing(node: ast.expr) -> Missing:
    """The Missing for an expression: a call of one name is named after what it is called with."""
    text = label(node)
    return Missing(node.lineno, text, as_name(text))


class Values:
    """The names of one scope, and what expressions come to in it."""

    def __init__(self, names: dict[str, Value] | None = None, budget: list[int] | None = None) -> None:
        self.names: dict[str, Value] = names if names is not None else {}
        self.budget = budget if budget is not None else [_MOST_WORK]
        """One list shared by all scopes of a text: what work is left."""

    def inner(self, names: dict[str, Value]) -> Values:
        """The scope of a function's body."""
        return Values({**self.names, **names}, self.budget)

    def spend(self, amount: int) -> None:
        """Raises TooLarge where more is made than any prompt needs."""
        self.budget[0] -= amount
        if self.budget[0] < 0:
            raise TooLarge

    def value(self, node: ast.expr) -> Value:
        """What the expression is. Raises TooLarge, and RecursionError where it is nested too deep."""
        found = _READERS.get(type(node))
        return missing(node) if found is None else found(self, node)

    def text(self, value: Value) -> str | Text | Hole:
        """A value where text is wanted: numbers as text, what is not known as a hole."""
        if isinstance(value, Missing):
            return Hole(value.name)
        if isinstance(value, str | Text):
            return value
        return Hole("value") if isinstance(value, list | dict) else str(value)

    def join(self, parts: Sequence[object], between: str = "") -> str | Text:
        """The parts as one text, counted against the budget."""
        result = joined(parts, between)
        self.spend(
            sum(len(p) if isinstance(p, str) else 1 for p in ([result] if isinstance(result, str) else result.pieces))
        )
        return result


def _constant(values: Values, node: ast.expr) -> Value:
    assert isinstance(node, ast.Constant)
    value = node.value
    if isinstance(value, int):
        return _bounded(value, node)
    return value if value is None or isinstance(value, str | float) else missing(node)


def _name(values: Values, node: ast.expr) -> Value:
    assert isinstance(node, ast.Name)
    found = values.names.get(node.id, missing(node))
    return Missing(node.lineno, node.id, as_name(node.id)) if isinstance(found, Missing) else found


def _joined_str(values: Values, node: ast.expr) -> Value:
    assert isinstance(node, ast.JoinedStr)
    parts: list[object] = []
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            parts.append(_hole(values, part.value))
        elif isinstance(part, ast.Constant):
            parts.append(part.value)
    return values.join(parts)


def _hole(values: Values, node: ast.expr) -> str | Text | Hole:
    """What stands in braces in an f-string: a name is a hole, whose default is what the name was given."""
    value = values.value(node)
    if isinstance(node, ast.Name) and is_name(node.id) and isinstance(value, str | int | float):
        return Hole(node.id, str(value))
    return Hole(as_name(label(node))) if isinstance(value, list | dict) else values.text(value)


def _list(values: Values, node: ast.expr) -> Value:
    assert isinstance(node, ast.List | ast.Tuple)
    result: list[Value] = []
    for item in node.elts:
        if isinstance(item, ast.Starred):
            inner = values.value(item.value)
            more = inner if isinstance(inner, list) else [missing(item.value)]
            values.spend(len(more))
            result += more
        else:
            result.append(values.value(item))
    return result


def _dict(values: Values, node: ast.expr) -> Value:
    assert isinstance(node, ast.Dict)
    result: dict[str, Value] = {}
    for key, item in zip(node.keys, node.values, strict=True):
        value = values.value(item)
        if key is None:
            _spread(values, result, value, item)
            continue
        name = values.value(key)
        if isinstance(name, str):
            result[name] = value
        elif isinstance(name, int) and not isinstance(name, bool):
            result[str(name)] = value  # `logit_bias={50256: -100}`
        else:
            result[label(key)] = missing(key)
    return result


def _spread(values: Values, result: dict[str, Value], value: Value, node: ast.expr) -> None:
    if isinstance(value, dict):
        values.spend(len(value))
        result.update(value)
    else:
        result[f"**{label(node)}"] = missing(node)


def _unary(values: Values, node: ast.expr) -> Value:
    assert isinstance(node, ast.UnaryOp)
    value = values.value(node.operand)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if isinstance(node.op, ast.USub):
            return -value
        if isinstance(node.op, ast.UAdd):
            return value
    if isinstance(value, bool) and isinstance(node.op, ast.Not):
        return not value
    return missing(node)


def _binary(values: Values, node: ast.expr) -> Value:
    assert isinstance(node, ast.BinOp)
    if not isinstance(node.op, ast.Add):
        return _operation(values, node, values.value(node.left), values.value(node.right))
    # A long chain of + is a deep tree: walked down its left side without recursion, and joined once.
    operands: list[ast.expr] = []
    spine: ast.expr = node
    while isinstance(spine, ast.BinOp) and isinstance(spine.op, ast.Add):
        operands.append(spine.right)
        spine = spine.left
    return added(values, node, [values.value(each) for each in (spine, *reversed(operands))])


def added(values: Values, node: ast.expr, items: list[Value]) -> Value:
    """What the operands of one or more `+` come to."""
    if any(isinstance(item, str | Text) for item in items):
        texts = [values.text(item) if isinstance(item, str | Text | Missing) else None for item in items]
        return missing(node) if None in texts else values.join(texts)
    if any(isinstance(item, list) for item in items):
        result: list[Value] = []
        for item in items:
            more = item if isinstance(item, list) else [item]
            values.spend(len(more))
            result += more
        return result
    if all(isinstance(item, int | float) and not isinstance(item, bool) for item in items):
        return _bounded(sum(item for item in items if isinstance(item, int | float)), node)
    return missing(node)


def _operation(values: Values, node: ast.BinOp, left: Value, right: Value) -> Value:
    if isinstance(node.op, ast.Mod) and isinstance(left, str):
        names = {key: values.text(item) for key, item in right.items()} if isinstance(right, dict) else {}
        several = right if isinstance(right, list) else [right]
        shown = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        positions = [_hole(values, each) for each in shown] if len(shown) == len(several) else []
        result = python_text.percent_formatted(left, positions, names)
        return values.join([result])
    if isinstance(node.op, ast.BitOr) and isinstance(left, dict) and isinstance(right, dict):
        values.spend(len(left) + len(right))
        return {**left, **right}
    if isinstance(node.op, ast.Mult):
        return _times(values, node, left, right)
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    if numbers and not isinstance(left, bool) and not isinstance(right, bool):
        if isinstance(node.op, ast.Sub):
            return _bounded(left - right, node)  # type: ignore[operator]
        if isinstance(node.op, ast.Div) and right:
            return _bounded(left / right, node)  # type: ignore[operator]
    return missing(node)


def _times(values: Values, node: ast.BinOp, left: Value, right: Value) -> Value:
    if isinstance(left, int) and isinstance(right, str):
        left, right = right, left
    if isinstance(left, str) and isinstance(right, int) and not isinstance(right, bool):
        values.spend(len(left) * max(right, 0))
        if len(left) * right > MOST_CHARACTERS:
            raise TooLarge
        return left * right
    if isinstance(left, int | float) and isinstance(right, int | float):
        return _bounded(left * right, node)
    return missing(node)


def _bounded(number: int | float, node: ast.expr) -> Value:
    return number if -_MOST_INT < number < _MOST_INT else missing(node)


def _subscript(values: Values, node: ast.expr) -> Value:
    assert isinstance(node, ast.Subscript)
    of, key = values.value(node.value), values.value(node.slice)
    if isinstance(of, dict) and isinstance(key, str) and key in of:
        return of[key]
    if isinstance(of, list) and isinstance(key, int) and not isinstance(key, bool) and -len(of) <= key < len(of):
        return of[key]
    return missing(node)


def _call(values: Values, node: ast.expr) -> Value:
    assert isinstance(node, ast.Call)
    function = node.func
    if isinstance(function, ast.Attribute):
        found = _method(values, node, function)
        if found is not None:
            return found
    name = (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )
    if name in ("dedent", "cleandoc") and len(node.args) == 1:
        text = values.value(node.args[0])
        if isinstance(text, str | Text):
            result = (python_text.dedented if name == "dedent" else python_text.cleaned)(text)
            return missing(node) if result is None else result
    named = {each.arg for each in node.keywords}
    # A message or a dictionary made by a call: dict(role=...), ChatCompletionUserMessageParam(role=..., content=...).
    if (name == "dict" or {"role", "content"} <= named) and not node.args:
        made: dict[str, Value] = {}
        for each in node.keywords:
            if each.arg is None:
                _spread(values, made, values.value(each.value), each.value)
            else:
                made[each.arg] = values.value(each.value)
        return made
    if name == "str" and len(node.args) == 1:
        text_like = values.text(values.value(node.args[0]))
        return values.join([text_like])
    return missing(node)


def _method(values: Values, node: ast.Call, function: ast.Attribute) -> Value:
    """A method of a text that is known; None where it is something else."""
    name = function.attr
    if name == "format":
        return _format(values, node, function)
    if name not in ("join", "strip", "lstrip", "rstrip", "removeprefix", "removesuffix", "upper", "lower", "title",
                    "capitalize", "replace"):  # fmt: skip
        return None
    text = values.value(function.value)
    arguments = [values.value(each) for each in node.args]
    if not isinstance(text, str | Text):
        return None
    if name == "join" and isinstance(text, str) and len(arguments) == 1 and isinstance(arguments[0], list):
        parts = [values.text(each) for each in arguments[0]]
        values.spend(len(text) * len(parts))
        return values.join(parts, text)
    plain = [each for each in arguments if isinstance(each, str)]
    result = python_text.text_method(name, text, plain) if len(plain) == len(arguments) else None
    return missing(node) if result is None else values.join([result])


def _format(values: Values, node: ast.Call, function: ast.Attribute) -> Value:
    text = values.value(function.value)
    if not isinstance(text, str | Text):
        return None
    positions = [_hole(values, each) for each in node.args if not isinstance(each, ast.Starred)]
    names: dict[str, str | Text | Hole] = {}
    for each in node.keywords:
        if each.arg is not None:
            value = values.value(each.value)
            plain = isinstance(value, str | int | float) and is_name(each.arg)
            names[each.arg] = Hole(each.arg, str(value)) if plain else Hole(each.arg)
            if isinstance(value, Text):
                names[each.arg] = value
    try:
        result = python_text.formatted(text, positions, names)
    except ValueError:
        return missing(node)
    return values.join([result])


def _awaited(values: Values, node: ast.expr) -> Value:
    assert isinstance(node, ast.Await)
    return values.value(node.value)


_READERS: dict[type[ast.expr], Callable[[Values, ast.expr], Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.JoinedStr: _joined_str,
    ast.List: _list,
    ast.Tuple: _list,
    ast.Dict: _dict,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.Await: _awaited,
}
