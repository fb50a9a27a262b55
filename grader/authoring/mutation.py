"""The mutants of a program: copies that differ from it by one slip such as a programmer makes.

Each slip replaces one node of the syntax tree: an arithmetic, bitwise or boolean operator by its counterpart
(a minus, `not` or `~` goes), `<` by `<=` and by `>=`, a number by its neighbours, its negative and 0, True by
False, neighbouring arguments by each other; a condition is negated, a keyword argument, a statement or a
`with` goes, `+=` becomes `=`. Left alone are docstrings, annotations, strings, `raise` with its message (it
goes as a whole), and arguments whose order can't matter.
"""

import ast
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

_Node = TypeVar("_Node", bound=ast.AST)

_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
}
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_SYMMETRIC = {"max", "maximum", "min", "minimum"}
_DROPPED = (
    ast.Assert,
    ast.Assign,
    ast.AugAssign,
    ast.Break,
    ast.Continue,
    ast.Delete,
    ast.Expr,
    ast.For,
    ast.If,
    ast.Raise,
    ast.Return,
    ast.While,
)
_LEFT_ALONE = {"annotation", "returns", "msg"}
_CONDITIONS = {"test", "ifs"}


class Mutant(NamedTuple):
    """A program with one slip.

    `original` and `mutated` are the head of the statement concerned, as `ast.unparse` writes it, `line` the
    line of the program where the slip is. `occurrence` counts, from 1, the mutants of the program that read
    the same. `source` is the whole mutant.
    """

    line: int
    original: str
    mutated: str
    occurrence: int
    source: str


def unmutated(source: str | bytes) -> str:
    """The program as its mutants are written, but without a slip; raises SyntaxError, ValueError."""
    return ast.unparse(ast.parse(source))


def mutants(source: str | bytes) -> list[Mutant]:
    """All mutants that compile and differ from the program and each other; raises SyntaxError, ValueError."""
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    alike: Counter[tuple[str, str]] = Counter()
    found = []
    for slip in _slips(tree, None):
        original = _head(slip.statement)
        slip.put(slip.replacement)
        text, mutated = ast.unparse(tree), _head(slip.mutated)
        slip.put(slip.node)
        if text not in seen and _compiles(text):
            seen.add(text)
            alike[original, mutated] += 1
            found.append(Mutant(slip.line, original, mutated, alike[original, mutated], text))
    return found


class _Slip(NamedTuple):
    """One node to be replaced by `put`, and the innermost statement that it is or belongs to."""

    statement: ast.stmt
    node: ast.AST
    replacement: ast.AST
    put: Callable[[Any], None]

    @property
    def mutated(self) -> ast.stmt:
        """The statement, once the replacement is in place."""
        return self.replacement if isinstance(self.replacement, ast.stmt) else self.statement

    @property
    def line(self) -> int:
        return int(getattr(self.node, "lineno", self.statement.lineno))


def _slips(node: ast.AST, statement: ast.stmt | None) -> Iterator[_Slip]:
    """Every slip below a node, in the order of the text; the tree must be restored before the next one."""
    for field, child, put in _children(node):
        owner = child if isinstance(child, ast.stmt) else statement
        if owner:
            for replacement in (*_replacements(child), *_negation(field, child)):
                yield _Slip(owner, child, replacement, put)
        if not _is_closed(child):
            yield from _slips(child, owner)


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST, Callable[[Any], None]]]:
    """The nodes directly below this one that may be mutated, each with what puts another in its place."""
    for field, value in ast.iter_fields(node):
        if field in _LEFT_ALONE:
            continue
        if isinstance(value, ast.AST):
            yield field, value, partial(setattr, node, field)
        elif isinstance(value, list):
            for index, each in enumerate(value):
                if isinstance(each, ast.AST):
                    yield field, each, partial(value.__setitem__, index)


def _replacements(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.BinOp() | ast.AugAssign():
            yield _with(node, op=_ARITHMETIC[type(node.op)]())
        case ast.BoolOp():
            yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as magnitude)):
            yield from _numbers(-magnitude)
        case ast.UnaryOp(op=ast.USub() | ast.Not() | ast.Invert(), operand=operand):
            yield operand
        case ast.Compare():
            yield from _comparisons(node)
        case ast.Constant():
            yield from _numbers(node.value)
        case ast.Call():
            yield from _calls(node)
        case ast.With(body=body):
            yield ast.copy_location(ast.If(ast.Constant(True), body, []), node)
    if isinstance(node, ast.AugAssign):
        yield ast.copy_location(ast.Assign([node.target], node.value), node)
    if _can_be_dropped(node):
        yield ast.Pass()


def _comparisons(node: ast.Compare) -> Iterator[ast.Compare]:
    for index, op in enumerate(node.ops):
        for other in _COMPARISONS[type(op)]:
            yield _with(node, ops=[*node.ops[:index], other(), *node.ops[index + 1 :]])


def _numbers(value: object) -> Iterator[ast.expr]:
    """Of an int its neighbours, of a float 0 and itself plus 1, of both the negative; of a bool the other."""
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        # Subtracted from 0, the negative of 0.0 is no -0.0.
        for each in (value + 1, value - 1 if isinstance(value, int) else 0.0, 0 - value):
            yield ast.Constant(each) if each >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-each))


def _calls(node: ast.Call) -> Iterator[ast.Call]:
    if not (len(node.args) == 2 and _name(node.func) in _SYMMETRIC):
        for index, pair in enumerate(pairwise(node.args)):
            if not any(isinstance(each, ast.Starred) for each in pair):
                yield _with(node, args=[*node.args[:index], *reversed(pair), *node.args[index + 2 :]])
    for keyword in node.keywords:
        if keyword.arg:
            yield _with(node, keywords=[each for each in node.keywords if each is not keyword])


def _name(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _negation(field: str, node: ast.AST) -> Iterator[ast.expr]:
    """A condition negated, unless another slip, in its only operator, does so."""
    if field in _CONDITIONS and isinstance(node, ast.expr):
        is_simple = isinstance(node, ast.Compare) and len(node.ops) == 1
        if not is_simple and not (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)):
            yield ast.UnaryOp(ast.Not(), node)


def _is_closed(node: ast.AST) -> bool:
    """Whether nothing inside a node is mutated: messages, and a negative number, which is mutated as one."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return isinstance(node.operand, ast.Constant)
    return isinstance(node, ast.JoinedStr | ast.Raise)


def _can_be_dropped(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr):
        return not isinstance(node.value, ast.Constant)
    if isinstance(node, ast.AnnAssign):
        return node.value is not None
    return isinstance(node, _DROPPED)


def _with(node: _Node, **changes: Any) -> _Node:
    """A copy with other values in some fields."""
    return ast.copy_location(type(node)(**{**dict(ast.iter_fields(node)), **changes}), node)


def _head(statement: ast.stmt) -> str:
    """A statement in one line, without the statements inside it."""
    shell = _with(statement, **{name: _hollow(name, value) for name, value in ast.iter_fields(statement)})
    lines = [line.strip() for line in ast.unparse(shell).splitlines()]
    return " ".join(line for line in lines if line != "pass") or "pass"


def _hollow(field: str, value: Any) -> Any:
    match value:
        case [ast.stmt(), *_]:
            return [ast.Pass()] if field == "body" else []
        case [ast.excepthandler() | ast.match_case(), *_]:
            return [_with(each, body=[ast.Pass()]) for each in value]
    return value


def _compiles(source: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(source, "mutant", "exec")
        except (SyntaxError, ValueError):
            return False
    return True
