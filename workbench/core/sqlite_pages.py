"""The rows of an SQLite file that SQLite itself does not open any more, read page by page.

Written from the file format's own description, https://www.sqlite.org/fileformat2.html. Nothing that a page says is
believed before it is looked at: what can't be is counted, and the rest is read. Only what is in use is read, not what
was deleted: no free page, and no cell that its page does not name.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

Value: TypeAlias = "int | float | str | bytes | None"
Bytes: TypeAlias = "bytes | memoryview"

_MAGIC = b"SQLite format 3\x00"
_PAGE_SIZE = 4096
"""Of a file whose header does not tell: what SQLite makes, unless it is told otherwise."""
_LEAF, _INTERIOR = 0x0D, 0x05
_OF_AN_INDEX = (0x02, 0x0A)
"""A table WITHOUT ROWID is one."""
_LOG_HEADER, _FRAME_HEADER = 32, 24
_LOG_MAGIC = (0x377F0682, 0x377F0683)
_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
"""Bytes of the whole numbers, by their serial type."""
_ROOTS = "sqlite_master"


class Row(NamedTuple):
    """A row, and the table that it is from; "" where nothing leads to its page any more."""

    table: str
    values: tuple[Value, ...]


class Unreadable(ValueError):
    """A page or a row says what can't be."""


class Pages:
    """The pages of a file, with those of its write-ahead log in their places."""

    def __init__(self, data: Bytes, log: Bytes = b"") -> None:
        self._data = memoryview(data)
        header = bytes(self._data[:100])
        self.has_header = len(header) == 100 and header.startswith(_MAGIC)
        self.size, reserved = _page_size(header) if self.has_header else (_PAGE_SIZE, 0)
        self.usable = self.size - reserved
        self._log = _committed(memoryview(log), self.size)
        self.count = max(len(self._data) // self.size, *self._log, 0) if self._log else len(self._data) // self.size

    def page(self, number: int) -> memoryview:
        """The page of this number, from 1 on. Unreadable where the file has none."""
        if not 0 < number <= self.count:
            raise Unreadable(f"page {number}")
        found = self._log.get(number)
        if found is None:
            found = self._data[(number - 1) * self.size : number * self.size]
        if len(found) != self.size:
            raise Unreadable(f"page {number}")
        return found


class DamagedFile:
    """What can still be read of a file. `rows` may be asked for once."""

    def __init__(self, data: Bytes, log: Bytes = b"") -> None:
        self._pages = Pages(data, log)
        self._seen: set[int] = set()
        self.unreadable = 0
        """How many pages and rows could not be read, as far as `rows` has come."""

    def rows(self) -> Iterator[Row]:
        """Every row of a table with rowids: first those that a table leads to, then those of the leaves that nothing
        leads to any more."""
        free = self._free_pages()
        roots = {}
        for row in self._rows_under(1, _ROOTS):
            kind, name, root = row.values[0], row.values[1], row.values[3:4]
            if kind == "table" and isinstance(name, str) and root and isinstance(root[0], int):
                roots[name] = root[0]
        for name, root_page in roots.items():
            if self._kind(root_page) not in _OF_AN_INDEX:
                yield from self._rows_under(root_page, name)
        for number in range(2, self._pages.count + 1):
            if number not in self._seen and number not in free and self._kind(number) == _LEAF:
                yield from self._rows_under(number, "")

    def _kind(self, number: int) -> int:
        try:
            return self._pages.page(number)[0]
        except Unreadable:
            return 0

    def _rows_under(self, root: int, table: str) -> Iterator[Row]:
        waiting = [root]
        while waiting:
            number = waiting.pop()
            if number in self._seen:
                continue
            self._seen.add(number)
            try:
                kind, cells, right = self._cells(number)
            except (Unreadable, struct.error, IndexError):
                self.unreadable += 1
                continue
            if kind == _INTERIOR:
                waiting.append(right)
                waiting.extend(struct.unpack_from(">I", self._pages.page(number), cell)[0] for cell in reversed(cells))
                continue
            for cell in cells:
                try:
                    yield Row(table, self._record(number, cell))
                except (Unreadable, struct.error, IndexError, UnicodeDecodeError):
                    self.unreadable += 1

    def _cells(self, number: int) -> tuple[int, list[int], int]:
        """The kind of a table's page, where its cells begin, and its last child."""
        page = self._pages.page(number)
        start = 100 if number == 1 else 0
        kind, count = page[start], struct.unpack_from(">H", page, start + 3)[0]
        if kind not in (_LEAF, _INTERIOR):
            raise Unreadable(f"page {number} is none of a table")
        first = start + (8 if kind == _LEAF else 12)
        cells = list(struct.unpack_from(f">{count}H", page, first))
        if any(not first + 2 * count <= cell <= self._pages.usable - 4 for cell in cells):
            raise Unreadable(f"page {number} has cells where none can be")
        return kind, cells, struct.unpack_from(">I", page, start + 8)[0] if kind == _INTERIOR else 0

    def _record(self, number: int, cell: int) -> tuple[Value, ...]:
        page = self._pages.page(number)
        size, place = _varint(page, cell)
        _, place = _varint(page, place)  # the rowid
        return _values(self._payload(page, place, size))

    def _payload(self, page: memoryview, place: int, size: int) -> bytes:
        """What a cell holds, put together from its page and the pages that it goes on at."""
        usable = self._pages.usable
        if size > self._pages.count * self._pages.size:
            raise Unreadable("a row larger than the file")
        local = _local_size(size, usable)
        if place + local > usable:
            raise Unreadable("a row beyond its page")
        if local == size:
            return bytes(page[place : place + size])
        parts, left = [page[place : place + local]], size - local
        following = struct.unpack_from(">I", page, place + local)[0]
        while left > 0:
            more = self._pages.page(following)
            parts.append(more[4 : 4 + min(left, usable - 4)])
            left -= len(parts[-1])
            following = struct.unpack_from(">I", more)[0]
        return b"".join(parts)

    def _free_pages(self) -> set[int]:
        """The pages that are in use by nothing, as far as their list can be read."""
        free: set[int] = set()
        try:
            trunk = struct.unpack_from(">I", self._pages.page(1), 32)[0] if self._pages.has_header else 0
            while trunk and trunk not in free:
                page = self._pages.page(trunk)
                following, count = struct.unpack_from(">II", page)
                free.add(trunk)
                free.update(struct.unpack_from(f">{min(count, self._pages.usable // 4 - 2)}I", page, 8))
                trunk = following
        except (Unreadable, struct.error):
            self.unreadable += 1
        return free


def _page_size(header: bytes) -> tuple[int, int]:
    size = struct.unpack_from(">H", header, 16)[0]
    size = 65536 if size == 1 else size
    if size < 512 or size & (size - 1) or size - header[20] < 480:
        return _PAGE_SIZE, 0
    return size, header[20]


def _committed(log: memoryview, size: int) -> dict[int, memoryview]:
    """The newest committed state of each page in a write-ahead log."""
    if len(log) < _LOG_HEADER:
        return {}
    magic, _, log_size, _, *salts = struct.unpack_from(">6I", log)
    if magic not in _LOG_MAGIC or log_size != size:
        return {}
    pages: dict[int, memoryview] = {}
    written: dict[int, memoryview] = {}
    for start in range(_LOG_HEADER, len(log) - _FRAME_HEADER - size + 1, _FRAME_HEADER + size):
        number, commit, *frame_salts = struct.unpack_from(">4I", log, start)
        if frame_salts != salts or not number:
            break  # of a time before the log was begun again
        written[number] = log[start + _FRAME_HEADER : start + _FRAME_HEADER + size]
        if commit:
            pages.update(written)
            written.clear()
    return pages


def _local_size(size: int, usable: int) -> int:
    """How many bytes of a row's `size` stand in its leaf."""
    if size <= usable - 35:
        return size
    least = (usable - 12) * 32 // 255 - 23
    fitting = least + (size - least) % (usable - 4)
    return fitting if fitting <= usable - 35 else least


def _varint(data: Bytes, place: int) -> tuple[int, int]:
    value = 0
    for count in range(9):
        byte = data[place + count]
        if count == 8:
            return value << 8 | byte, place + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place + count + 1
    raise AssertionError


def _values(record: bytes) -> tuple[Value, ...]:
    end, place = _varint(record, 0)
    if not 0 < end <= len(record):
        raise Unreadable("a row without its beginning")
    values, content = [], end
    while place < end:
        kind, place = (record[place], place + 1) if record[place] < 0x80 else _varint(record, place)
        value, size = _value(kind, record, content)
        values.append(value)
        content += size
    if content != len(record):
        raise Unreadable("a row of another size than it says")
    return tuple(values)


def _value(kind: int, record: bytes, place: int) -> tuple[Value, int]:
    """A value, and how many bytes it takes."""
    if kind == 0:
        return None, 0
    if kind in (8, 9):
        return kind - 8, 0
    if kind in (10, 11):
        raise Unreadable("a kind of value that there is none of")
    size = _INTEGERS.get(kind, 8 if kind == 7 else (kind - 12) // 2)
    raw = record[place : place + size]
    if len(raw) != size:
        raise Unreadable("a value beyond its row")
    if kind in _INTEGERS:
        return int.from_bytes(raw, "big", signed=True), size
    if kind == 7:
        return float(struct.unpack(">d", raw)[0]), size
    return (raw.decode() if kind % 2 else raw), size
