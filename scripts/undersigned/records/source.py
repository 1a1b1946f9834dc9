"""The only YAML reader: text in, plain data out, every scalar as typed, with places worked out when asked for.

Nothing here knows what a record means. Faults are values; a file that cannot be read never stops the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import TypeAlias

import yaml
from yaml._yaml import CParser

from undersigned.records.files import MAX_BYTES
from undersigned.records.findings import FILE_START, Finding, Place, shape_finding
from undersigned.records.slips import mark_of, mend_of_syntax, words_of_problem

MAX_DEPTH = 30

#: What YAML holds. Read from a record it is text, lists and mappings only: the record models type numbers, dates and
#: yes/no. The other types are of values that are about to be written.
PlainData: TypeAlias = bool | int | float | str | date | list["PlainData"] | dict[str, "PlainData"] | None
KeyPath = tuple[str | int, ...]

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_LONGEST_NULL = max(map(len, _NULLS))
# C0 (but tab, LF, CR), DEL, C1, the invisible line separators, and a byte order mark inside the text. Lone CR too.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)")
_LEADING_TAB = re.compile(r"^ *\t", re.MULTILINE)
# An anchor, alias or tag can only occur where a value starts; a directive only at the start of a line.
_INDICATOR = re.compile(r"(?:^|[\s\[{,])[&*!]\S|^%|^!$| !$", re.MULTILINE)
#: Lines this long could nest thousands of lists in one line; indentation alone cannot within the size of a file.
_LONG_LINE = 3000
_PLAIN_BYTES = bytes([9, 10, *range(32, 127)])
_MANY_BRACKETS = 200
#: The marks of an unfinished merge ("git merge", "How conflicts are presented").
_CONFLICT_START = re.compile(r" *<{7}(?: |\Z)")
_CONFLICT_END = re.compile(r" *>{7}(?: |\Z)")
#: What is left if only a part of the marks was deleted. At the beginning of a line, none of them belongs to a record.
_CONFLICT_PART = re.compile(r"(?:={7}\Z|\|{7}(?: |\Z))")
_CONFLICT_MARKS = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
#: A file full of control characters is one fault, not a million.
_MOST_CHARACTERS = 20


class _Composer(CParser):
    """libyaml's parser building nodes, with every scalar left as text: no implicit types at all."""

    def descend_resolver(self, _parent: object, _index: object) -> None:
        return None

    def ascend_resolver(self) -> None:
        return None

    def resolve(self, _kind: object, _value: object, _implicit: object) -> str:
        return ""


class Source:
    """One file's text: its data, its faults, and the place of any part of the data.

    `data` is the root mapping (empty if the file does not parse). Whatever is empty (nothing, `''`, `[]`, `{}`, white
    space) is left out of it; `empties` holds the paths of what was left out, so that an unknown key is still seen.
    """

    __slots__ = ("_lines", "_places", "_raw", "_root", "cut", "data", "empties", "faults", "parsed", "path")

    def __init__(self, path: str, raw: bytes) -> None:
        self.path = path
        self._raw = raw
        self.data: dict[str, PlainData] = {}
        self.faults: list[Finding] = []
        self.empties: list[KeyPath] = []
        #: Entries of lists of which only the beginning was read.
        self.cut: list[KeyPath] = []
        self.parsed = False
        self._root: yaml.Node | None = None
        self._lines: list[str] | None = None
        self._places: dict[KeyPath, tuple[Place, Place]] | None = None
        self._read(raw)

    @property
    def text(self) -> str:
        """The file's text without its byte order mark; what is not UTF-8 is shown as U+FFFD."""
        return self._raw.decode("utf-8-sig", "replace")

    # -- reading ------------------------------------------------------------------------------------------------

    def _read(self, raw: bytes) -> None:
        if len(raw) > MAX_BYTES:
            self._fault("too-large", FILE_START, bytes=f"{len(raw):,}", limit=f"{MAX_BYTES:,}")
            return
        if raw.count(0) * 4 > len(raw):
            self._fault("not-utf8", FILE_START, "utf-16")
            return
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            start = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
            before = raw[start : start + error.start].decode("utf-8", "replace")
            self._fault("not-utf8", _place_of_offset(before, len(before)))
            return
        for match in islice(_FORBIDDEN.finditer(text), _MOST_CHARACTERS) if _may_hold_forbidden(raw) else ():
            self._fault("control-character", _place_of_offset(text, match.start()), number=f"{ord(match[0][0]):04X}")
        if any(mark in text for mark in _CONFLICT_MARKS):
            self._conflict_faults()
        if self.faults or not self._scan_is_clean(text):
            return
        try:
            root = _Composer(text).get_single_node()
        except yaml.MarkedYAMLError as error:
            self._syntax_fault(error)
            return
        except yaml.YAMLError as error:
            self._fault("yaml-syntax", FILE_START, problem=_first_line(str(error)))
            return
        if root is None or (isinstance(root, yaml.ScalarNode) and not root.value.strip()):
            self._fault("empty-file", FILE_START)
            return
        if not isinstance(root, yaml.MappingNode):
            self._record_fault(root)
            return
        self.parsed = True
        if "\\" in text:
            self._refuse_escaped_characters(root)
        data = self._convert(root, ())
        self.data = data if isinstance(data, dict) else {}

    def _fault(self, code: str, place: Place, words: str = "default", **facts: object) -> None:
        self.faults.append(shape_finding(self.path, place, code, words, **facts))

    def _conflict_faults(self) -> None:
        """The marks that Git leaves where two people have changed the same lines. No block of text can contain them."""
        opened: int | None = None
        for number, line in enumerate(self.lines, 1):
            if _CONFLICT_START.match(line) and opened is None:
                opened = number
            elif _CONFLICT_END.match(line) and opened is not None:
                self._fault("merge-conflict", Place(opened, 1), last=number)
                opened = None
            elif opened is None and (_CONFLICT_PART.match(line) or _CONFLICT_END.match(line)):
                self._fault("merge-conflict", Place(number, 1), "left")
        if opened is not None:
            self._fault("merge-conflict", Place(opened, 1), last=len(self.lines))

    def _scan_is_clean(self, text: str) -> bool:
        """Refuses what only the token stream shows: tabs as indentation, anchors, aliases, tags, directives, depth.

        The tokens are read only if a quick look says that one of these may be there, which is rare. This is also the
        guard against text that is nested so deeply that composing it would exhaust the stack.
        """
        tab = _LEADING_TAB.search(text) if "\t" in text else None
        if tab is None and not _may_hold_indicators(text) and not _may_be_deep(text):
            return True
        block_scalar_lines: set[int] = set()
        depth = 0
        try:
            for token in yaml.scan(text, Loader=yaml.CLoader):
                match token:
                    case yaml.AnchorToken():
                        self._fault("yaml-anchor", _start(token), "anchor", name=token.value)
                    case yaml.AliasToken():
                        self._fault("yaml-anchor", _start(token), "alias", name=token.value)
                    case yaml.TagToken():
                        self._fault("yaml-tag", _start(token))
                    case yaml.DirectiveToken():
                        self._fault("yaml-directive", _start(token))
                    case yaml.ScalarToken():
                        if token.style in ("|", ">"):
                            block_scalar_lines.update(range(token.start_mark.line + 1, token.end_mark.line + 1))
                    case (
                        yaml.BlockMappingStartToken()
                        | yaml.BlockSequenceStartToken()
                        | yaml.FlowMappingStartToken()
                        | yaml.FlowSequenceStartToken()
                    ):
                        depth += 1
                        if depth > MAX_DEPTH:
                            self._fault("too-deep", _start(token), most=MAX_DEPTH)
                            return False
                    case yaml.BlockEndToken() | yaml.FlowMappingEndToken() | yaml.FlowSequenceEndToken():
                        depth -= 1
        except yaml.MarkedYAMLError as error:
            if not self._tab_faults(block_scalar_lines, before=_mark_line(error)) and not self.faults:
                self._syntax_fault(error)
            return False
        except yaml.YAMLError as error:
            self._fault("yaml-syntax", FILE_START, problem=_first_line(str(error)))
            return False
        self._tab_faults(block_scalar_lines, before=None)
        return not self.faults

    def _tab_faults(self, block_scalar_lines: set[int], before: int | None) -> bool:
        """Tabs before the first word of a line, except inside a block of text. True if there was one."""
        found = False
        for number, line in enumerate(self.lines if before is None else self.lines[: before + 1]):
            tab = _LEADING_TAB.match(line)
            if tab is None or number in block_scalar_lines or not line.strip():
                continue
            self._fault("tab-indentation", Place(number + 1, tab.end()))
            found = True
        return found

    def _syntax_fault(self, error: yaml.MarkedYAMLError) -> None:
        """One finding for what libyaml stumbled over: where the mistake is, and what to write instead."""
        problem = error.problem or error.context or ""
        mark = mark_of(error)
        place = FILE_START if mark is None else Place(mark.line + 1, mark.column + 1)
        last = max(1, len(self.lines) - (1 if self.lines[-1] == "" else 0))
        if place.line > last:
            place = Place(last, len(self.lines[last - 1]) + 1)
        message = f"{problem} {error.context or ''}"
        if "<document start>" in message or "expected a single document" in message:
            self._fault("several-documents", place, "end" if "<document start>" in message else "default")
            return
        mended = mend_of_syntax(self.lines, place)
        if mended is not None:
            self._fault("yaml-syntax", mended.place, mended.words, **mended.facts)
            return
        self._fault("yaml-syntax", place, words_of_problem(message, self.lines, place), problem=problem)

    def _record_fault(self, root: yaml.Node) -> None:
        """A file that is one list or one piece of text, and not a group of fields."""
        mended = mend_of_syntax(self.lines, _start(root))
        if mended is not None:
            self._fault("yaml-syntax", mended.place, mended.words, **mended.facts)
        else:
            self._fault("wrong-type", _start(root), "record")

    def _refuse_escaped_characters(self, root: yaml.Node) -> None:
        """A character that is refused in the text is also refused as a code such as \\u001b."""
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if isinstance(node, yaml.MappingNode):
                waiting.extend(part for pair in node.value for part in pair)
            elif isinstance(node, yaml.SequenceNode):
                waiting.extend(node.value)
            elif isinstance(node, yaml.ScalarNode) and node.style == '"' and (match := _FORBIDDEN.search(node.value)):
                self._fault("control-character", _start(node), "escaped", number=f"{ord(match[0][0]):04X}")

    def _convert(self, node: yaml.Node, path: KeyPath) -> PlainData:
        """Nodes to plain data. Returns None for what is empty; the caller leaves it out and notes its path."""
        if len(path) > MAX_DEPTH:
            self._fault("too-deep", _start(node), most=MAX_DEPTH)
            return None
        if isinstance(node, yaml.MappingNode):
            out: dict[str, PlainData] = {}
            seen: dict[str, yaml.Node] = {}
            for key_node, value_node in node.value:
                if type(key_node) is not yaml.ScalarNode:
                    self._key_fault(key_node)
                    continue
                key = key_node.value
                if key in seen:
                    entry = bool(path) and isinstance(path[-1], int) and not node.flow_style
                    first = (node if entry else seen[key]).start_mark.line + 1
                    words = "entry" if entry else "default"
                    self._fault("duplicate-key", _start(key_node), words, name=key, line=first)
                    if entry:
                        self.cut.append(path)
                        break  # a hyphen is probably missing, so what follows belongs to the entry that it would begin
                    continue
                seen[key] = key_node
                if type(value_node) is yaml.ScalarNode:  # the common case, kept short: most of a register is text
                    value = value_node.value
                    if (
                        value
                        and not value.isspace()
                        and (len(value) > _LONGEST_NULL or value not in _NULLS or value_node.style)
                    ):
                        out[key] = value
                        continue
                    value = None
                else:
                    value = self._convert(value_node, (*path, key))
                if value is None:
                    self.empties.append((*path, key))
                else:
                    out[key] = value
            return out or None
        if isinstance(node, yaml.SequenceNode):
            items: list[PlainData] = []
            for item in node.value:
                if type(item) is yaml.ScalarNode and len(path) < MAX_DEPTH:
                    value = None if _is_empty(item) else item.value
                else:
                    value = self._convert(item, (*path, len(items)))
                if value is not None:
                    items.append(value)
            return items or None
        return None if _is_empty(node) else node.value

    def _key_fault(self, key: yaml.Node) -> None:
        """A key that is a list or a group: a blank such as {{title}} that nobody has filled in reads as one."""
        inner = key.value[0][0] if isinstance(key, yaml.MappingNode) and len(key.value) == 1 else None
        if isinstance(inner, yaml.ScalarNode):
            self._fault("wrong-type", _start(key), "blank", key=inner.value)
        else:
            self._fault("wrong-type", _start(key), "field-name")

    # -- places -------------------------------------------------------------------------------------------------

    @property
    def lines(self) -> list[str]:
        """The text's lines without their ends."""
        if self._lines is None:
            self._lines = [line.rstrip("\r") for line in self.text.split("\n")]
        return self._lines

    def place(self, *path: str | int) -> Place:
        """Where the value at `path` starts; a path that is not there answers for the nearest mapping or list above it."""
        places = self._all_places()
        while path and path not in places:
            path = path[:-1]
        return places[path][1] if path in places else FILE_START

    def key_place(self, *path: str | int) -> Place:
        """Where the key (or, in a list, the item) at `path` starts."""
        places = self._all_places()
        while path and path not in places:
            path = path[:-1]
        return places[path][0] if path in places else FILE_START

    def place_in(self, path: KeyPath, offset: int) -> Place:
        """Where the character at `offset` of the scalar at `path` is in the file, in whatever style it was written."""
        node = self._node(path)
        if not isinstance(node, yaml.ScalarNode):
            return self.place(*path)
        wanted = sum(1 for character in node.value[:offset] if not character.isspace())
        for index, place in enumerate(self._visible(node)):
            if index == wanted:
                return place
        return _start(node)

    def _visible(self, node: yaml.ScalarNode) -> Iterator[Place]:
        """The place of each character of a scalar that is not white space, in order.

        Folding changes white space only; everything else is in the text in the order of the value.
        """
        lines = self.lines
        first, last = node.start_mark.line, node.end_mark.line
        column = node.start_mark.column
        if node.style in ("|", ">"):
            first, column = first + 1, 0
        elif node.style:
            column += 1
        for number in range(first, min(last, len(lines) - 1) + 1):
            line = lines[number]
            stop = node.end_mark.column if number == last else len(line)
            at = column if number == first else 0
            while at < stop:
                character, width = line[at], 1
                if node.style == "'" and line[at : at + 2] == "''":
                    width = 2
                elif node.style == '"' and character == "\\":
                    width = {"x": 4, "u": 6, "U": 10}.get(line[at + 1 : at + 2], 2)
                    character = (
                        " " if line[at + 1 : at + 2] in ("", "n", "t", "r", " ", "N", "_", "L", "P", "\t") else "x"
                    )
                if not character.isspace():
                    yield Place(number + 1, at + 1)
                at += width

    def _node(self, path: KeyPath) -> yaml.Node | None:
        if self._root is None:
            self._root = self._composed()
        node = self._root
        for part in path:
            if isinstance(node, yaml.MappingNode):
                node = next((v for k, v in node.value if getattr(k, "value", None) == part), None)
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
                full = [item for item in node.value if not _is_empty(item)]
                node = full[part] if part < len(full) else None
            else:
                return None
        return node

    def is_inline(self, *path: str | int) -> bool:
        """Whether the group of fields at `path` is written in curly brackets."""
        node = self._node(path)
        return isinstance(node, yaml.MappingNode) and bool(node.flow_style)

    def key_before(self, *path: str | int) -> str | None:
        """The key that is written before the one at `path`, in the same group of fields."""
        node = self._node(path[:-1])
        keys = [key.value for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []
        at = keys.index(path[-1]) if path[-1] in keys else 0
        return str(keys[at - 1]) if at else None

    def plain_values(self) -> Iterator[tuple[Place, str]]:
        """Each value without quotation marks or a block, and where the text after it begins."""
        waiting = [self._node(())]
        while waiting:
            node = waiting.pop()
            if isinstance(node, yaml.MappingNode):
                waiting.extend(part for pair in node.value for part in pair)
            elif isinstance(node, yaml.SequenceNode):
                waiting.extend(node.value)
            elif isinstance(node, yaml.ScalarNode) and not node.style:
                yield Place(node.end_mark.line + 1, node.end_mark.column + 1), node.value

    def path_at(self, place: Place) -> KeyPath:
        """The path of the innermost value or key that begins at a place; empty if none does."""
        return max((path for path, places in self._all_places().items() if place in places), key=len, default=())

    def tree(self, *path: str | int) -> yaml.Node | None:
        """The node at `path`, with the place of every part, for code that moves the text itself."""
        return self._node(path)

    def _composed(self) -> yaml.Node | None:
        return _Composer(self.text).get_single_node() if self.parsed else None

    def _all_places(self) -> dict[KeyPath, tuple[Place, Place]]:
        """Worked out when first asked for: a file without findings never pays for its places."""
        if self._places is None:
            self._places = {}
            root = self._node(())
            if root is not None:
                self._collect(root, (), _start(root))
        return self._places

    def _collect(self, node: yaml.Node, path: KeyPath, key_place: Place) -> None:
        assert self._places is not None  # noqa: S101
        self._places[path] = (key_place, _start(node))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if isinstance(key, yaml.ScalarNode) and (*path, key.value) not in self._places:
                    self._collect(value, (*path, key.value), _start(key))
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(item for item in node.value if not _is_empty(item)):
                self._collect(item, (*path, index), _start(item))


def value_at(data: PlainData, path: Iterable[str | int]) -> PlainData:
    """The value at `path`; None if there is none."""
    for part in path:
        if isinstance(data, dict) and isinstance(part, str):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data


def text_of(value: PlainData) -> str:
    """The text; "" if the value is not one."""
    return value if isinstance(value, str) else ""


def mapping_of(value: PlainData) -> dict[str, PlainData]:
    """The mapping; an empty one if the value is not one."""
    return value if isinstance(value, dict) else {}


def list_of(value: PlainData) -> list[PlainData]:
    """The list; an empty one if the value is not one."""
    return value if isinstance(value, list) else []


def strings(value: PlainData) -> list[str]:
    """The texts of a list; none if the value is not a list."""
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []


def mappings(value: PlainData) -> list[dict[str, PlainData]]:
    """The mappings of a list; none if the value is not a list."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _may_hold_forbidden(raw: bytes) -> bool:
    """A quick look: most files hold nothing but plain ASCII and line ends."""
    return bool(raw.translate(None, _PLAIN_BYTES))


def _may_hold_indicators(text: str) -> bool:
    """A quick look for what could be an anchor, alias, tag or directive."""
    return ("&" in text or "*" in text or "!" in text or "%" in text) and _INDICATOR.search(text) is not None


def _may_be_deep(text: str) -> bool:
    """A quick look for brackets or list marks enough to nest deeply."""
    if text.count("[") + text.count("{") >= _MANY_BRACKETS:
        return True
    return len(text) > _LONG_LINE and max(map(len, text.split("\n"))) > _LONG_LINE


def _is_empty(node: yaml.Node) -> bool:
    """As in the data: nothing, `''`, white space, and what holds only such things."""
    if isinstance(node, yaml.ScalarNode):
        return not node.value.strip() or (node.value in _NULLS and not node.style)
    if isinstance(node, yaml.MappingNode):
        return all(_is_empty(value) for _, value in node.value)
    return all(_is_empty(item) for item in node.value)


def _start(node: yaml.Node | yaml.Token) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)


def _mark_line(error: yaml.MarkedYAMLError) -> int | None:
    mark = error.problem_mark or error.context_mark
    return None if mark is None else int(mark.line)


def _place_of_offset(text: str, offset: int) -> Place:
    line = text.count("\n", 0, offset)
    return Place(line + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1)


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else "unknown fault"
