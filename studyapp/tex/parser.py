"""LaTeX math source → nodes, by recursive descent over the characters."""

import re
from collections.abc import Callable, Mapping

import msgspec

from studyapp.tex.nodes import Group, Node, Operator, Raw, Row, Script, Space, Styled, Symbol, Table
from studyapp.tex.symbols import CHARACTER_SYMBOLS, COMMAND_SYMBOLS, DELIMITERS, OPERATORS, SPACES

MAX_DEPTH = 32

_COMMAND = re.compile(r"\\(?:[A-Za-z]+\*?|.|$)", re.DOTALL)
_BLANK = re.compile(r"(?:\s|%[^\n]*(?:\n|$))*")
_STARRED = {"operatorname", "tag", "hspace"}
_STYLES = {"displaystyle": True, "textstyle": False, "scriptstyle": False}
_ENDS_ROW = {"right", "middle", "end", "\\", "cr", "newline"}

CommandParser = Callable[["Parser", str], Node]


class TexError(Exception):
    """The structure of a formula is broken; the message says how, in words for the note's author."""


class Parser:
    """Reads one formula; `unknown` collects the commands that cannot be drawn."""

    def __init__(self, source: str, commands: Mapping[str, CommandParser]) -> None:
        self.source = source
        self.pos = 0
        self.unknown: list[str] = []
        self._commands = commands
        self._depth = 0

    # --- reading characters -------------------------------------------------------------------------------

    def skip_blanks(self) -> None:
        """Move past white space and comments."""
        match = _BLANK.match(self.source, self.pos)
        self.pos = match.end() if match else self.pos

    def peek(self) -> str:
        """The next character after blanks, or an empty string at the end."""
        self.skip_blanks()
        return self.source[self.pos : self.pos + 1]

    def peek_command(self) -> str:
        """The name of the command that comes next, or an empty string."""
        if self.peek() != "\\":
            return ""
        return self._command_at(self.pos)[0]

    def accept(self, text: str) -> bool:
        """Consume `text` if it comes next."""
        self.skip_blanks()
        if not self.source.startswith(text, self.pos):
            return False
        self.pos += len(text)
        return True

    def raw_group(self, command: str) -> str:
        """The source between balanced braces (or the next character), for text and names."""
        if self.peek() != "{":
            return self._single_source(command)
        depth, start = 0, self.pos + 1
        while self.pos < len(self.source):
            char = self.source[self.pos]
            self.pos += 2 if char == "\\" else 1
            depth += (char == "{") - (char == "}")
            if depth == 0:
                return self.source[start : self.pos - 1]
        raise TexError(f"`\\{command}{{` is never closed: a `}}` is missing")

    def raw_option(self) -> str | None:
        """The source of an optional `[…]`, if one comes next."""
        if self.peek() != "[":
            return None
        end = self.source.find("]", self.pos)
        if end < 0:
            return None
        text = self.source[self.pos + 1 : end]
        self.pos = end + 1
        return text

    def delimiter(self, command: str) -> str:
        """The delimiter after `\\left`, `\\right`, `\\big`, …; empty for the invisible `.`."""
        char = self.peek()
        name = f"\\{self.peek_command()}" if char == "\\" else char
        if name not in DELIMITERS:
            raise TexError(f"`\\{command}` needs a delimiter such as `(`, `[`, `\\{{` or `.` after it")
        self.pos += len(name)
        return DELIMITERS[name]

    # --- reading formulas ---------------------------------------------------------------------------------

    def formula(self) -> Row:
        """The whole source; lines separated by `\\\\` become one stacked table."""
        lines = self.table_rows()
        if self.pos < len(self.source):
            raise TexError(self._stray())
        if len(lines) == 1 and len(lines[0]) == 1:
            return lines[0][0]
        return (Table("lines", lines),)

    def table_rows(self) -> tuple[tuple[Row, ...], ...]:
        """Cells separated by `&`, rows by `\\\\`, up to something that ends them; no trailing empty row."""
        rows: list[tuple[Row, ...]] = []
        cells = [self.row()]
        while True:
            if self.accept("&"):
                cells.append(self.row())
            elif self.peek_command() in {"\\", "cr", "newline"}:
                self._end_of_line()
                rows.append(tuple(cells))
                cells = [self.row()]
            else:
                break
        if any(cells) or not rows:
            rows.append(tuple(cells))
        return tuple(rows)

    def row(self, closer: str = "") -> Row:
        """Nodes up to the end of a group, cell or formula, or up to the character `closer`."""
        segments: list[tuple[bool | None, list[Node]]] = [(None, [])]
        while (char := self.peek()) and char not in "}&" and char != closer:
            name = self.peek_command()
            if name in _ENDS_ROW:
                break
            if name in _STYLES:
                self.pos += len(name) + 1
                segments.append((_STYLES[name], []))
            else:
                segments[-1][1].append(self._scripted())
        plain, *styled = segments
        return (*plain[1], *(Styled(tuple(nodes), bool(display)) for display, nodes in styled))

    def argument(self, command: str) -> Node:
        """One argument: a braced group or a single token."""
        char = self.peek()
        if not char or char in "}&" or self.peek_command() in _ENDS_ROW:
            raise TexError(f"`{command}` lacks an argument")
        return self._atom()

    def command_argument(self, name: str) -> Node:
        """One argument of the command `name`."""
        return self.argument(f"\\{name}")

    def option(self) -> Node | None:
        """An optional `[…]` as a formula, if one comes next."""
        if not self.accept("["):
            return None
        body = self.row(closer="]")
        if not self.accept("]"):
            raise TexError("an optional argument `[` is never closed: a `]` is missing")
        return Group(body)

    def unknown_command(self, name: str) -> Node:
        """The source of an unknown command, noted in `unknown`."""
        self.unknown.append(f"\\{name}")
        return Raw(f"\\{name}")

    def nested(self, source: str) -> "Parser":
        """A parser for a formula inside the text of this one."""
        inner = Parser(source, self._commands)
        inner.unknown = self.unknown
        inner._depth = self._depth
        return inner

    # --- the parts of a formula ---------------------------------------------------------------------------

    def _scripted(self) -> Node:
        base = None if self.peek() in {"_", "^", "'"} else self._atom()
        sub: Node | None = None
        sup: Node | None = None
        primes = 0
        while char := self.peek():
            if char == "'":
                self.pos += 1
                primes += 1
            elif char == "_" and sub is None:
                self.pos += 1
                sub = self.argument("_")
            elif char == "^" and sup is None:
                self.pos += 1
                sup = self.argument("^")
            elif char in "_^":
                raise TexError(f"two `{char}` on one symbol: put braces around the first part")
            else:
                break
        if sub is None and sup is None and not primes and base is not None:
            return base
        return Script(base, sub, sup, primes)

    def _atom(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TexError(f"nested more than {MAX_DEPTH} levels deep")
        char = self.peek()
        if char == "{":
            node: Node = self._group()
        elif char == "\\":
            node = self._command()
        else:
            self.pos += 1
            node = Space(1) if char == "~" else CHARACTER_SYMBOLS.get(char) or Symbol(char)
        self._depth -= 1
        return node

    def _group(self) -> Node:
        self.pos += 1
        body = self.row()
        if not self.accept("}"):
            raise TexError(self._stray("a `{` is never closed: a `}` is missing"))
        if len(body) == 1 and isinstance(body[0], Group):
            return body[0]
        return Group(body)

    def _command(self) -> Node:
        start = self.pos
        name, self.pos = self._command_at(start)
        if name in COMMAND_SYMBOLS:
            return COMMAND_SYMBOLS[name]
        if name in SPACES:
            return Space(SPACES[name])
        if name in OPERATORS:
            return self.with_limits(OPERATORS[name])
        if name in self._commands:
            return self._commands[name](self, name)
        if not name:
            raise TexError("a `\\` stands alone at the end")
        while self.source.startswith("{", self.pos):
            self.raw_group(name)
        self.unknown.append(f"\\{name}")
        return Raw(self.source[start : self.pos])

    def with_limits(self, operator: Operator) -> Operator:
        """Apply `\\limits` or `\\nolimits` after an operator."""
        name = self.peek_command()
        if name not in {"limits", "nolimits"}:
            return operator
        self.pos += len(name) + 1
        return msgspec.structs.replace(operator, limits=name == "limits")

    def _command_at(self, pos: int) -> tuple[str, int]:
        match = _COMMAND.match(self.source, pos)
        name = match.group()[1:] if match else ""
        if name.endswith("*") and len(name) > 1 and name[:-1] not in _STARRED:
            name = name[:-1]
        return name, pos + 1 + len(name)

    def _single_source(self, command: str) -> str:
        start = self.pos
        if self.peek() in {"", "}"}:
            raise TexError(f"`\\{command}` lacks an argument")
        self.pos = self._command_at(self.pos)[1] if self.peek() == "\\" else self.pos + 1
        return self.source[start : self.pos].strip()

    def _end_of_line(self) -> None:
        self.pos = self._command_at(self.pos)[1]
        if re.match(r"\[[-\d.a-z\s\\]*\]", self.source[self.pos :]):
            self.raw_option()

    def _stray(self, otherwise: str = "a `}` has no `{` before it") -> str:
        name = self.peek_command()
        if name in {"right", "middle"}:
            return f"`\\{name}` has no `\\left` before it"
        if name == "end":
            return "`\\end` has no `\\begin` before it"
        return "a `&` stands outside an environment such as aligned" if self.peek() == "&" else otherwise
