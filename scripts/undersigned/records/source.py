"""The only YAML reader: text in, plain data out, every scalar as typed, with places worked out when asked for.

Nothing here knows what a record means. Faults are values; a file that cannot be read never stops the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import yaml
from yaml._yaml import CParser

from undersigned.findings import FILE_START, Place
from undersigned.records.files import MAX_BYTES

MAX_DEPTH = 30

#: Text, list, mapping or nothing. Numbers, dates and yes/no are still text here: the record models type them.
Data = Any
Path = tuple[str | int, ...]

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
# C0 (but tab, LF, CR), DEL, C1, the invisible line separators, and a byte order mark inside the text. Lone CR too.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)")
_LEADING_TAB = re.compile(r"^ *\t", re.MULTILINE)
# An anchor, alias or tag can only stand where a value starts; a directive only at the start of a line.
_INDICATOR = re.compile(r"(?:^|[\s\[{,])[&*!]\S|^%|^!$| !$", re.MULTILINE)
#: Lines this long could nest thousands of lists in one line; indentation alone cannot within the size of a file.
_LONG_LINE = 3000
_PLAIN_BYTES = bytes([9, 10, *range(32, 127)])
_MANY_BRACKETS = 200
#: A file full of control characters is one fault, not a million.
_MOST_CHARACTERS = 20
_SAVE_AS_UTF8 = "Save it again with the encoding UTF-8; in most editors that is a choice in 'Save as'."


class Fault:
    """Something wrong with the text itself, at a place in it."""

    __slots__ = ("code", "hint", "message", "place")

    def __init__(self, code: str, place: Place, message: str, hint: str) -> None:
        self.code, self.place, self.message, self.hint = code, place, message, hint


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

    __slots__ = ("_lines", "_places", "_raw", "_root", "data", "empties", "faults", "parsed", "path")

    def __init__(self, path: str, raw: bytes) -> None:
        self.path = path
        self._raw = raw
        self.data: dict[str, Data] = {}
        self.faults: list[Fault] = []
        self.empties: list[Path] = []
        self.parsed = False
        self._root: yaml.Node | None = None
        self._lines: list[str] | None = None
        self._places: dict[Path, tuple[Place, Place]] | None = None
        self._read(raw)

    @property
    def text(self) -> str:
        """The file's text without its byte order mark; what is not UTF-8 is shown as U+FFFD."""
        return self._raw.decode("utf-8-sig", "replace")

    # -- reading ------------------------------------------------------------------------------------------------

    def _read(self, raw: bytes) -> None:
        if len(raw) > MAX_BYTES:
            self._fault(
                "too-large",
                FILE_START,
                f"this file has {len(raw):,} bytes; the limit is {MAX_BYTES:,}",
                "Split the text into clauses or annexes, or keep large material elsewhere and cite it.",
            )
            return
        if raw.count(0) * 4 > len(raw):
            self._fault(
                "not-utf8", FILE_START, "this file is not written in UTF-8, but seemingly in UTF-16", _SAVE_AS_UTF8
            )
            return
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            start = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
            before = raw[start : start + error.start].decode("utf-8", "replace")
            self._fault(
                "not-utf8", _place_of_offset(before, len(before)), "this file is not written in UTF-8", _SAVE_AS_UTF8
            )
            return
        for match in islice(_FORBIDDEN.finditer(text), _MOST_CHARACTERS) if _may_hold_forbidden(raw) else ():
            self._fault(
                "control-character",
                _place_of_offset(text, match.start()),
                f"a control or invisible character (U+{ord(match[0][0]):04X}) stands here",
                "Delete it. It often comes from text pasted out of another program.",
            )
        if self.faults:
            return
        if not self._scan_is_clean(text):
            return
        try:
            root = _Composer(text).get_single_node()
        except yaml.MarkedYAMLError as error:
            self._syntax_fault(error)
            return
        except yaml.YAMLError as error:
            self._fault("yaml-syntax", FILE_START, f"this file cannot be read as YAML: {_first_line(str(error))}", "")
            return
        if root is None or (isinstance(root, yaml.ScalarNode) and not root.value.strip()):
            self._fault(
                "empty-file",
                FILE_START,
                "this file is empty",
                "Write the record, or delete the file. 'undersigned new' writes a commented one to start from.",
            )
            return
        if not isinstance(root, yaml.MappingNode):
            self._fault(
                "wrong-type",
                _start(root),
                "a record is a list of 'key: value' lines, and this is not one",
                "Start each line with the name of a field, a colon and a space.",
            )
            return
        self.parsed = True
        if "\\" in text:
            self._refuse_escaped_characters(root)
        data = self._convert(root, ())
        self.data = data if isinstance(data, dict) else {}

    def _fault(self, code: str, place: Place, message: str, hint: str) -> None:
        self.faults.append(Fault(code, place, message, hint))

    def _scan_is_clean(self, text: str) -> bool:
        """Refuses what only the token stream shows: tabs as indentation, anchors, aliases, tags, directives, depth.

        The tokens are read only if a cheap look says that one of these may be there: nearly no file needs it. It is
        also the guard against text nested so deeply that composing it would exhaust the machine's stack.
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
                        self._fault(
                            "yaml-anchor",
                            _start(token),
                            f"'&{token.value}' is a YAML anchor, which records do not use",
                            "Write the text out in full. If the text itself begins with &, put it in quotes.",
                        )
                    case yaml.AliasToken():
                        self._fault(
                            "yaml-anchor",
                            _start(token),
                            f"'*{token.value}' is a YAML alias, which records do not use",
                            "Write the text out in full. If the text itself begins with *, put it in quotes.",
                        )
                    case yaml.TagToken():
                        self._fault(
                            "yaml-tag",
                            _start(token),
                            "a word beginning with '!' is a YAML tag, which records do not use",
                            "Take it out. If the text itself begins with !, put it in quotes.",
                        )
                    case yaml.DirectiveToken():
                        self._fault(
                            "yaml-directive",
                            _start(token),
                            "a line beginning with '%' is a YAML directive, which records do not use",
                            "Take the line out.",
                        )
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
                            self._fault(
                                "too-deep",
                                _start(token),
                                f"this is nested more than {MAX_DEPTH} levels deep",
                                "No record needs more than about eight. Look for brackets that are not closed.",
                            )
                            return False
                    case yaml.BlockEndToken() | yaml.FlowMappingEndToken() | yaml.FlowSequenceEndToken():
                        depth -= 1
        except yaml.MarkedYAMLError as error:
            if not self._tab_faults(block_scalar_lines, before=_mark_line(error)) and not self.faults:
                self._syntax_fault(error)
            return False
        except yaml.YAMLError as error:
            self._fault("yaml-syntax", FILE_START, f"this file cannot be read as YAML: {_first_line(str(error))}", "")
            return False
        self._tab_faults(block_scalar_lines, before=None)
        return not self.faults

    def _tab_faults(self, block_scalar_lines: set[int], before: int | None) -> bool:
        """A tab before a line's first word, save inside a block of text; True if one was found."""
        found = False
        for number, line in enumerate(self.lines if before is None else self.lines[: before + 1]):
            tab = _LEADING_TAB.match(line)
            if tab is None or number in block_scalar_lines or not line.strip():
                continue
            place = Place(number + 1, tab.end())
            self._fault("tab-indentation", place, "this line is indented with a tab", "Use spaces: two for each level.")
            found = True
        return found

    def _syntax_fault(self, error: yaml.MarkedYAMLError) -> None:
        problem = error.problem or error.context or ""
        mark = error.problem_mark or error.context_mark
        if error.context_mark is not None and any(part in problem for part in _BLAME_THE_OPENING):
            mark = error.context_mark
        place = FILE_START if mark is None else Place(mark.line + 1, mark.column + 1)
        message, hint = "this cannot be read as YAML: " + problem, "Compare it with a record that reads."
        for part, said, mend in _SYNTAX:
            if part in problem or part in (error.context or ""):
                message, hint = said, mend
                break
        if "block collection" in (error.context or "") + problem or "expected <block end>" in problem:
            message, hint = _SYNTAX_BLOCK
        last = max(1, len(self.lines) - (1 if self.lines[-1] == "" else 0))
        if place.line > last:
            place = Place(last, len(self.lines[last - 1]) + 1)
        several = "expected a single document" in (error.context or "") or "<document start>" in problem
        code = "several-documents" if several else "yaml-syntax"
        self._fault(code, place, message, hint)

    def _refuse_escaped_characters(self, root: yaml.Node) -> None:
        """What may not stand in the text may not be written as a code such as \\u001b either."""
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if isinstance(node, yaml.MappingNode):
                waiting.extend(part for pair in node.value for part in pair)
            elif isinstance(node, yaml.SequenceNode):
                waiting.extend(node.value)
            elif isinstance(node, yaml.ScalarNode) and node.style == '"' and (match := _FORBIDDEN.search(node.value)):
                self._fault(
                    "control-character",
                    _start(node),
                    f"a control or invisible character (U+{ord(match[0][0]):04X}) is written here as a code",
                    "Take the code out: no reader would see the character.",
                )

    def _convert(self, node: yaml.Node, path: Path) -> Data:
        """Nodes to plain data. Returns None for what is empty; the caller leaves it out and notes its path."""
        if len(path) > MAX_DEPTH:
            self._fault(
                "too-deep",
                _start(node),
                f"this is nested more than {MAX_DEPTH} levels deep",
                "No record needs more than about eight. Look for brackets that are not closed.",
            )
            return None
        kind = type(node)
        if kind is yaml.MappingNode:
            out: dict[str, Data] = {}
            seen: set[str] = set()
            for key_node, value_node in node.value:
                if type(key_node) is not yaml.ScalarNode:
                    self._fault(
                        "wrong-type", _start(key_node), "the name of a field is a plain word", "Write 'name: value'."
                    )
                    continue
                key = key_node.value
                if key in seen:
                    self._fault(
                        "duplicate-key",
                        _start(key_node),
                        f"'{key}' stands here a second time",
                        "Keep one of the two; nothing tells which of them would count.",
                    )
                    continue
                seen.add(key)
                if type(value_node) is yaml.ScalarNode:  # the common case, kept short: most of a register is text
                    value = value_node.value
                    if value and not value.isspace() and (value not in _NULLS or value_node.style):
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
            items: list[Data] = []
            for item in node.value:
                value = self._convert(item, (*path, len(items)))
                if value is not None:
                    items.append(value)
            return items or None
        return None if _is_empty(node) else node.value

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

    def place_in(self, path: Path, offset: int) -> Place:
        """Where the character at `offset` of the scalar at `path` stands in the file, in whatever style it was written."""
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

        White space is what folding changes; all else stands in the text in the order of the value.
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

    def _node(self, path: Path) -> yaml.Node | None:
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

    def tree(self, *path: str | int) -> yaml.Node | None:
        """What stands at `path`, with the place of every part, for those who move the text itself."""
        return self._node(path)

    def _composed(self) -> yaml.Node | None:
        return _Composer(self.text).get_single_node() if self.parsed else None

    def _all_places(self) -> dict[Path, tuple[Place, Place]]:
        """Worked out when first asked for: a file without findings never pays for its places."""
        if self._places is None:
            self._places = {}
            root = self._node(())
            if root is not None:
                self._collect(root, (), _start(root))
        return self._places

    def _collect(self, node: yaml.Node, path: Path, key_place: Place) -> None:
        assert self._places is not None  # noqa: S101
        self._places[path] = (key_place, _start(node))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if isinstance(key, yaml.ScalarNode) and (*path, key.value) not in self._places:
                    self._collect(value, (*path, key.value), _start(key))
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(item for item in node.value if not _is_empty(item)):
                self._collect(item, (*path, index), _start(item))


def mappings(value: Data) -> list[dict[str, Data]]:
    """The mappings of a list; none where it is no list."""
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


#: Faults that libyaml sees only at the end of what was opened: they are shown where it was opened.
_BLAME_THE_OPENING = ("unexpected end of stream", "could not find expected ':'", "expected ',' or")

#: libyaml's words, what they mean to an officer, and what to write instead.
_SYNTAX: tuple[tuple[str, str, str], ...] = (
    (
        "<document start>",
        "a line '...' or '---' ends the document here; a file holds one record",
        "Take the line out, or move what follows to a file of its own.",
    ),
    (
        "expected a single document",
        "a line '---' starts a second document here; a file holds one record",
        "Take the line '---' out, or move what follows to a file of its own.",
    ),
    (
        "mapping values are not allowed",
        "a colon followed by a space stands inside the text of a value, or the line is indented wrongly",
        'Put the whole value in quotes ("like: this"), or write it as a block after `|`. Else compare the indentation with the line above.',
    ),
    (
        "found character that cannot start any token",
        "this character cannot start a value (often a tab, @, ` or %)",
        "Use spaces, not tabs. Put a value that begins with @, ` or % in quotes.",
    ),
    (
        "found undefined tag handle",
        "a word beginning with '!' is a YAML tag, which records do not use",
        "Put the text in quotes.",
    ),
    (
        "could not find expected ':'",
        "this line has no colon after the name of the field, or the text above it was not closed",
        "Write 'name: value'. Text of several lines goes after `|`, indented by two more spaces.",
    ),
    ("found unexpected end of stream", "a quotation mark or bracket that was opened is never closed", "Close it."),
    (
        "while scanning a quoted scalar",
        "a quotation mark that was opened is never closed",
        "Close it, or write the text after `|`.",
    ),
    (
        "did not find expected ',' or ']'",
        "a list in square brackets is not closed, or lacks a comma",
        "Write [one, two].",
    ),
    (
        "did not find expected ',' or '}'",
        "a mapping in curly brackets is not closed, or lacks a comma",
        "Write {name: value, other: value}.",
    ),
    (
        "did not find expected '-' indicator",
        "this line is indented as part of a list, but does not begin with '- '",
        "Begin it with '- ', or move it to the indentation of the field it belongs to.",
    ),
    (
        "did not find expected key",
        "this line does not fit the lines above: its indentation is wrong, or text goes on after a closing quote",
        "Line it up with the other fields of the same group. Put a value that contains quotes wholly in other quotes.",
    ),
    (
        "found unknown escape character",
        "a backslash in double quotes starts a code, and this is none that YAML knows",
        "Use single quotes, or write two backslashes.",
    ),
    (
        "block sequence entries are not allowed",
        "a list item ('- ') cannot stand here",
        "Start the list on the line after the field's name.",
    ),
    (
        "found undefined alias",
        "a word beginning with '*' is a YAML alias, which records do not use",
        "Put the text in quotes.",
    ),
    (
        "did not find expected alphabetic",
        "a value beginning with * or & is read as a YAML alias or anchor",
        "Put the text in quotes.",
    ),
)
_SYNTAX_BLOCK = (
    "this line does not fit the lines above: its indentation is wrong, or a list item lacks its '- '",
    "Line it up with the other fields of the same group, with spaces.",
)
