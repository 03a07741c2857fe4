"""Follows Python statements to the first call of the API, keeping what each name was given. Nothing is run."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple, TypeGuard

from workbench.core.exchange.python_values import Missing, Values, added, label, missing
from workbench.core.exchange.template import as_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workbench.core.exchange.python_body import Body
    from workbench.core.exchange.python_values import Value

_ENDS = ("completions.create", "completions.parse", "completions.stream", "ChatCompletion.create", "Completion.create",
         "ChatCompletion.acreate", "Completion.acreate", "responses.create", "responses.parse", "responses.stream",
         "with_raw_response.create", "with_streaming_response.create")  # fmt: skip
_BARE = frozenset({"create", "acreate", "parse", "stream", "completion", "acompletion"})
_CLIENTS = frozenset({"OpenAI", "AsyncOpenAI", "AzureOpenAI", "AsyncAzureOpenAI"})
_DEEPEST_CALLS = 8
_MOST_CALLS = 50

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Taken(NamedTuple):
    """A call of the API and what its arguments were when it was reached."""

    node: ast.Call
    label: str
    arguments: dict[str, Value]


def is_request_call(node: ast.AST) -> TypeGuard[ast.Call]:
    """Whether a node is a call of the API: by its name, or by a `messages=` among its arguments."""
    if not isinstance(node, ast.Call):
        return False
    name = label(node.func)
    if name.endswith(_ENDS):
        return True
    return name.rpartition(".")[2] in _BARE and any(each.arg == "messages" for each in node.keywords)


class Run:
    """Follows the statements of a text; `values` has the names of its top level afterwards."""

    def __init__(self, tree: ast.Module, body: Body) -> None:
        self.values = Values()
        self._tree = tree
        self._body = body
        self._taken: Taken | None = None
        self._functions: dict[str, Function] = {}
        self._calls = 0
        self._depth = 0

    def first(self) -> Taken | None:
        """The first call that is reached, or None."""
        self._block(self._tree.body, self.values)
        for function in list(self._functions.values()):
            if self._taken is None:
                self._enter(function, None, self.values)
        return self._taken

    def _block(self, statements: Iterable[ast.stmt], values: Values) -> None:
        for statement in statements:
            if self._taken is not None:
                return
            self._statement(statement, values)

    def _statement(self, node: ast.stmt, values: Values) -> None:
        if isinstance(node, Function):
            if any(is_request_call(each) for each in ast.walk(node)):
                self._functions[node.name] = node
            return
        if isinstance(node, ast.ClassDef):
            self._block((each for each in node.body if isinstance(each, Function)), values)
            return
        for expression in _expressions(node):
            self._calls_in(expression, values)
        if self._taken is not None:
            return
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            self._assign(node, values)
        elif isinstance(node, ast.Expr):
            _change(node.value, values)
        else:
            self._inside(node, values)

    def _inside(self, node: ast.stmt, values: Values) -> None:
        """The statements within a compound one, each branch once."""
        if isinstance(node, ast.For | ast.AsyncFor):
            _bind(node.target, missing(node.iter), values)
        if isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                if item.optional_vars is not None:
                    _bind(item.optional_vars, missing(item.context_expr), values)
        for name in ("body", "orelse", "finalbody"):
            inner = getattr(node, name, None)
            if isinstance(inner, list):
                self._block((each for each in inner if isinstance(each, ast.stmt)), values)

    def _calls_in(self, expression: ast.expr, values: Values) -> None:
        """Takes the first call of the API in an expression, and enters functions that hold one."""
        calls = [each for each in ast.walk(expression) if isinstance(each, ast.Call)]
        for call in sorted(calls, key=lambda each: (each.lineno, each.col_offset)):
            if self._taken is not None:
                return
            name = label(call.func).rpartition(".")[2]
            if is_request_call(call):
                self._taken = Taken(call, label(call.func), _arguments(call, values))
            elif name in self._functions:
                self._enter(self._functions[name], call, values)
            elif name in _CLIENTS:
                self._body.client(
                    {each.arg: values.value(each.value) for each in call.keywords if each.arg is not None}
                )

    def _enter(self, function: Function, call: ast.Call | None, values: Values) -> None:
        """Follows a function's body with the arguments of a call, or with its defaults alone."""
        if self._depth >= _DEEPEST_CALLS or self._calls >= _MOST_CALLS:
            return
        self._calls += 1
        self._depth += 1
        self._block(function.body, values.inner(_parameters(function, call, values)))
        self._depth -= 1

    def _assign(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign, values: Values) -> None:
        if node.value is None:
            return
        value = values.value(node.value)
        if isinstance(node, ast.AugAssign):
            before = values.value(node.target)
            value = added(values, node.value, [before, value]) if isinstance(node.op, ast.Add) else missing(node.value)
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Attribute):
                self._body.client({target.attr: value})
            _bind(target, value, values)


def _expressions(node: ast.stmt) -> list[ast.expr]:
    """A statement's own expressions, not those of the statements within it."""
    found = [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]
    if isinstance(node, ast.With | ast.AsyncWith):
        found += [item.context_expr for item in node.items]
    return found


def _arguments(call: ast.Call, values: Values) -> dict[str, Value]:
    result: dict[str, Value] = {}
    for each in call.keywords:
        value = values.value(each.value)
        if each.arg is not None:
            result[each.arg] = value
        elif isinstance(value, dict):
            result.update(value)
        else:
            result[f"**{label(each.value)}"] = missing(each.value)
    for position, argument in enumerate(call.args, start=1):
        result[f"argument {position}"] = missing(argument)
    return result


def _parameters(function: Function, call: ast.Call | None, values: Values) -> dict[str, Value]:
    """What a function's names are when its body begins."""
    arguments = function.args
    order = [*arguments.posonlyargs, *arguments.args]
    result: dict[str, Value] = {
        each.arg: Missing(function.lineno, each.arg, as_name(each.arg)) for each in (*order, *arguments.kwonlyargs)
    }
    for each, default in zip(reversed(order), reversed(arguments.defaults), strict=False):
        result[each.arg] = values.value(default)
    for each, keyword_default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if keyword_default is not None:
            result[each.arg] = values.value(keyword_default)
    if call is None:
        return result
    names = [each.arg for each in order if each.arg not in ("self", "cls")]
    for name, argument in zip(names, call.args, strict=False):
        result[name] = missing(argument) if isinstance(argument, ast.Starred) else values.value(argument)
    for keyword in call.keywords:
        if keyword.arg in result:
            result[keyword.arg] = values.value(keyword.value)
    return result


def _bind(target: ast.expr, value: Value, values: Values) -> None:
    """Gives a name, an item or several names at once their value."""
    if isinstance(target, ast.Name):
        values.names[target.id] = value
    elif isinstance(target, ast.Tuple | ast.List):
        items: Sequence[Value] = value if isinstance(value, list) else ()
        for index, each in enumerate(target.elts):
            _bind(each, items[index] if len(items) == len(target.elts) else missing(each), values)
    elif isinstance(target, ast.Subscript):
        _put(values.value(target.value), values.value(target.slice), value)


def _put(of: Value, key: Value, value: Value) -> None:
    """`of[key] = value`, where such an item can be."""
    if isinstance(of, dict):
        if isinstance(key, str):
            of[key] = value
    elif isinstance(of, list) and isinstance(key, int) and -len(of) <= key < len(of):
        of[key] = value


def _change(node: ast.expr, values: Values) -> None:
    """`messages.append(...)` and what else changes a list or a dictionary in its place."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
        return
    if node.func.attr not in ("append", "extend", "insert", "update"):
        return
    of, arguments = values.value(node.func.value), [values.value(each) for each in node.args]
    first, last = arguments[0], arguments[-1]
    if isinstance(of, list):
        if node.func.attr == "append":
            of.append(first)
        elif node.func.attr == "extend":
            more = list(first) if isinstance(first, list) else [first]
            values.spend(len(more))
            of.extend(more)
        elif node.func.attr == "insert" and isinstance(first, int):
            of.insert(first, last)
    elif isinstance(of, dict) and node.func.attr == "update" and isinstance(first, dict):
        values.spend(len(first))
        of.update(first)
