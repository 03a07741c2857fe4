"""A JSON value as rows to fold and unfold: which rows there are. How one is drawn is in `json_paint.py`.

A row is a node (a value with its name), a line of an unfolded text, or something said about the value. Only what is
unfolded has nodes, so a large answer costs what is open of it.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from workbench.tui.display import visible
from workbench.tui.line_cells import measure, wrap

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from workbench.core.json_value import JSON

OPEN_ROWS = 400
"""Values that begin in the first rows are open from the start, later ones folded. Counted from the top, so that
nothing folds again while more arrives below."""
TEXT_SLICE = 50_000
"""Characters of an unfolded text laid out at once; a row below it brings as many more."""

Path = tuple["str | int", ...]


class Node:
    """One value of the tree. `key` is its name or index, None for the whole."""

    __slots__ = ("_children", "depth", "key", "open", "parent", "shown", "value")

    def __init__(self, value: JSON, key: str | int | None = None, parent: Node | None = None) -> None:
        self.value = value
        self.key = key
        self.parent = parent
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.open = False
        self.shown = TEXT_SLICE
        """Characters shown of an open text."""
        self._children: list[Node] | None = None

    @property
    def path(self) -> Path:
        steps: list[str | int] = []
        node: Node | None = self
        while node is not None and node.key is not None:
            steps.append(node.key)
            node = node.parent
        return tuple(reversed(steps))

    @property
    def holds(self) -> bool:
        """It has values inside."""
        return isinstance(self.value, dict | list) and bool(self.value)

    def children(self) -> list[Node]:
        """The values inside, made when they are first asked for."""
        if self._children is None:
            inside = self.value
            items = (
                inside.items() if isinstance(inside, dict) else enumerate(inside) if isinstance(inside, list) else ()
            )
            self._children = [Node(value, key, self) for key, value in items]
        return self._children

    def child(self, step: str | int) -> Node | None:
        """The value inside under a name or an index."""
        if isinstance(self.value, list):
            return self.children()[step] if isinstance(step, int) and step < len(self.value) else None
        if isinstance(self.value, dict) and step in self.value:
            return self.children()[list(self.value).index(str(step))]
        return None


class TextLine(NamedTuple):
    """A row of an unfolded text, made visible."""

    node: Node
    text: str


class TextMore(NamedTuple):
    """The row below a part of a long text; opening it shows more."""

    node: Node


class Said(NamedTuple):
    """A row about the value. `style` names a component class; `path` is where opening the row leads, if anywhere."""

    text: str
    style: str = ""
    path: Path | None = None


Row: TypeAlias = "Node | TextLine | TextMore | Said"


class JsonRows:
    """The rows of one value at one width, with what is said above it."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.root: Node | None = None
        self._said: Sequence[Said] = ()
        self._width = 80
        self._chosen: dict[Path, bool] = {}
        """What the person folded or unfolded, by path: it outlives the next piece of an answer."""

    def clear(self) -> None:
        """No value, and nothing remembered of the one before."""
        self.rows, self.root, self._said, self._chosen = [], None, (), {}

    def show(self, value: JSON, said: Sequence[Said], width: int) -> None:
        """Another value, or more of the same: what was folded by hand stays as it is."""
        self.root, self._said, self._width = Node(value), said, width
        self._lay()

    def show_words(self, said: Sequence[Said], width: int) -> None:
        """No value, only words."""
        self.root, self._said, self._width = None, said, width
        self.rows = [*said]

    def rewrap(self, said: Sequence[Said], width: int) -> None:
        """The same value at another width."""
        self._said, self._width = said, width
        rows: list[Row] = [*said]
        if self.root is not None:
            rows += self._rows_of(self.root)
        self.rows = rows

    # -- folding -----------------------------------------------------------------------------------------------

    def set_open(self, node: Node, wanted: bool) -> None:
        """Fold or unfold a container or a text, its row being shown."""
        if node.open == wanted:
            return
        self._chosen[node.path] = wanted
        at = self.index(node)
        if wanted:
            node.open = True
            self.rows[at + 1 : at + 1] = list(self._rows_of(node))[1:]
        else:
            end = at + 1
            while end < len(self.rows) and _inside(self.rows[end], node):
                end += 1
            del self.rows[at + 1 : end]
            node.open = False

    def show_more(self, node: Node) -> None:
        """Another slice of a long text."""
        node.shown += TEXT_SLICE
        self.rewrap(self._said, self._width)

    def set_all(self, node: Node, wanted: bool) -> None:
        """Unfold all objects and lists in `node`, or fold all in it and the texts too; the node itself stays open."""
        todo: list[tuple[Node, Path]] = [(node, node.path)]
        while todo:
            each, path = todo.pop()
            if isinstance(each.value, dict | list) and each.value:
                each.open = self._chosen[path] = wanted or each is node
                todo += [(inner, (*path, step)) for inner in each.children() if (step := inner.key) is not None]
            elif each.open and not wanted:
                each.open = self._chosen[path] = False
        self.rewrap(self._said, self._width)

    def open_to(self, path: Path) -> int | None:
        """The row of the value at `path`, or of the nearest one above it; all above it is unfolded."""
        node = self.root
        if node is None:
            return None
        for step in path:
            inner = node.child(step)
            if inner is None:
                break
            if not node.open:
                self.set_open(node, True)
            node = inner
        return self.index(node)

    def shown_row(self, path: Path) -> int | None:
        """The row of the value at `path`, or of the nearest one above it that is shown; nothing is unfolded."""
        node = self.root
        if node is None:
            return None
        for step in path:
            inner = node.child(step) if node.open else None
            if inner is None:
                break
            node = inner
        return self.index(node)

    def index(self, node: Node) -> int:
        """The row of a node that is shown."""
        return self.rows.index(node)

    def places(self, pattern: re.Pattern[str]) -> list[Path]:
        """The paths of all values whose name, text or number the pattern finds, in reading order."""
        if self.root is None:
            return []
        found: list[Path] = []
        todo: list[tuple[JSON, Path]] = [(self.root.value, ())]
        while todo:
            value, path = todo.pop()
            name = path[-1] if path else ""
            if (isinstance(name, str) and name and pattern.search(name)) or _holds_text(value, pattern):
                found.append(path)
            items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
            todo += [(inner, (*path, step)) for step, inner in items][::-1]
        return found

    # -- laying out --------------------------------------------------------------------------------------------

    def _lay(self) -> None:
        rows: list[Row] = [*self._said]
        if self.root is not None:
            self._open_first(self.root)
            rows += self._rows_of(self.root)
        self.rows = rows

    def _open_first(self, root: Node) -> None:
        """Unfold what begins in the first rows, and what was unfolded by hand."""
        count = 0
        todo = [root]
        while todo:
            node = todo.pop()
            count += 1
            if node.holds:
                node.open = count <= OPEN_ROWS
            if self._chosen and node.depth:
                node.open = self._chosen.get(node.path, node.open)
            elif self._chosen:
                node.open = self._chosen.get((), node.open)
            if node.open and node.holds:
                todo += reversed(node.children())
            if count > OPEN_ROWS and not self._chosen:
                return

    def _rows_of(self, top: Node) -> Iterator[Row]:
        todo = [top]
        while todo:
            node = todo.pop()
            yield node
            if not node.open:
                continue
            if isinstance(node.value, str):
                yield from self._text_rows(node, node.value)
            else:
                todo += reversed(node.children())

    def _text_rows(self, node: Node, text: str) -> Iterator[Row]:
        width = max(8, self._width - indent(node, self._width) - 6)
        for line in visible(text[: node.shown]).split("\n"):
            measured = measure(line)
            edges = [0, *wrap(line, measured, width), len(line)]
            for start, end in pairwise(edges):
                yield TextLine(node, line[start:end].rstrip() if end < len(line) else line[start:end])
        if node.shown < len(text):
            yield TextMore(node)


def indent(node: Node, width: int) -> int:
    """Cells left of a node; never more than half of the row, however deep it stands."""
    return min(2 * node.depth, width // 2)


def _holds_text(value: JSON, pattern: re.Pattern[str]) -> bool:
    if isinstance(value, dict | list):
        return False
    return pattern.search(value if isinstance(value, str) else json.dumps(value)) is not None


def _inside(row: Row, node: Node) -> bool:
    """Whether a row below `node` belongs to it."""
    if isinstance(row, Node):
        return row.depth > node.depth
    return not isinstance(row, Said) and row.node.depth >= node.depth
