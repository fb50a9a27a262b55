"""The mutants of a program: which slips are made, and how a mutant is named."""

from __future__ import annotations

from textwrap import dedent

import pytest

from grader.authoring.mutation import Mutant, mutants, unmutated


def changes(source: str) -> list[str]:
    """The statements of all mutants after the slip, without those that lost the statement."""
    return [each.mutated for each in mutants(dedent(source)) if each.mutated != "pass"]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("x = a + b", ["x = a - b"]),
        ("x = a - b", ["x = a + b"]),
        ("x = a * b", ["x = a / b"]),
        ("x = a / b", ["x = a * b"]),
        ("x = a // b", ["x = a * b"]),
        ("x = a % b", ["x = a // b"]),
        ("x = a ** b", ["x = a * b"]),
        ("x = a @ b", ["x = a * b"]),
        ("x = a << b", ["x = a >> b"]),
        ("x = a >> b", ["x = a << b"]),
        ("x = a & b", ["x = a | b"]),
        ("x = a | b", ["x = a & b"]),
        ("x = a ^ b", ["x = a & b"]),
        ("x = -a", ["x = a"]),
        ("x = ~a", ["x = a"]),
        ("x = not a", ["x = a"]),
        ("x = a and b", ["x = a or b"]),
        ("x = a or b", ["x = a and b"]),
        ("x += a", ["x -= a", "x = a"]),
        ("x @= a", ["x *= a", "x = a"]),
        ("x = a < b", ["x = a <= b", "x = a >= b"]),
        ("x = a <= b", ["x = a < b", "x = a > b"]),
        ("x = a > b", ["x = a >= b", "x = a <= b"]),
        ("x = a >= b", ["x = a > b", "x = a < b"]),
        ("x = a == b", ["x = a != b"]),
        ("x = a != b", ["x = a == b"]),
        ("x = a is b", ["x = a is not b"]),
        ("x = a is not b", ["x = a is b"]),
        ("x = a in b", ["x = a not in b"]),
        ("x = a not in b", ["x = a in b"]),
        ("x = a < b == c", ["x = a <= b == c", "x = a >= b == c", "x = a < b != c"]),
        ("x = 0", ["x = 1", "x = -1"]),
        ("x = 1", ["x = 2", "x = 0", "x = -1"]),
        ("x = 7", ["x = 8", "x = 6", "x = -7"]),
        ("x = -1", ["x = 0", "x = -2", "x = 1"]),
        ("x = 0.0", ["x = 1.0"]),
        ("x = 0.5", ["x = 1.5", "x = 0.0", "x = -0.5"]),
        ("x = -0.5", ["x = 0.5", "x = 0.0"]),
        ("x = True", ["x = False"]),
        ("x = a ** 2", ["x = a * 2", "x = a ** 3", "x = a ** 1", "x = a ** (-2)"]),
        ("x = 2 ** a", ["x = 2 * a", "x = 3 ** a", "x = 1 ** a", "x = (-2) ** a"]),
        ("x = (a + b) * c", ["x = (a + b) / c", "x = (a - b) * c"]),
        ("f(a, b, c)", ["f(b, a, c)", "f(a, c, b)"]),
        ("f(a, *b)", []),
        ("f(a, key=b, **c)", ["f(a, **c)"]),
        ("x = max(a, b) + t.minimum(a, b)", ["x = max(a, b) - t.minimum(a, b)"]),
        ("x = a if b else c", ["x = a if not b else c"]),
        ("x = [a for a in b if c]", ["x = [a for a in b if not c]"]),
        ("if a:\n    g\nelse:\n    h", ["if not a:"]),
        ("if a < 0:\n    ...", ["if a <= 0:", "if a >= 0:", "if a < 1:", "if a < -1:"]),
        ("if not a:\n    ...", ["if a:"]),
        ("if a and b:\n    ...", ["if a or b:", "if not (a and b):"]),
        ("while a:\n    ...", ["while not a:"]),
        ("with no_grad():\n    ...", ["if True:"]),
        ("@cache(1)\ndef f(): ...", [f"@cache({each}) def f():" for each in (2, 0, -1)]),
        ("def f(a: t=1): ...", [f"def f(a: t={each}):" for each in (2, 0, -1)]),
        ("try:\n    ...\nexcept f(1):\n    ...", [f"try: except f({each}):" for each in (2, 0, -1)]),
    ],
)  # fmt: skip
def test_every_slip_is_made_once(statement: str, expected: list[str]):
    assert sorted(changes(statement)) == sorted(expected)


@pytest.mark.parametrize(
    "source",
    [
        '"""Module 1."""',
        "def f() -> t[1]:\n    '''Function 1.'''",
        "class C:\n    '''Class 1.'''\n    x: t[1]",
        "def f(a: t[1], *b: t[2], **c: t[3]): ...",
        "import a\nfrom b import c",
        "x: t[a < b]",
        "pass",
        "...",
    ],
)
def test_what_is_not_computed_is_left_alone(source: str):
    assert mutants(source) == []


@pytest.mark.parametrize(
    "statement",
    [
        "raise ValueError('at least ' + str(k - 1), code=2)",
        "x = f'{k - 1:>10}'",
        "x = 'text'",
        "x: t[1] = a",
        "assert a, f(1, 2)",
        "return a",
        "del a",
        "f()",
    ],
)
def test_a_statement_with_nothing_else_to_mutate_is_dropped(statement: str):
    found = mutants(f"def f():\n    {statement}\n    ...")
    assert [each.source for each in found if each.mutated == "pass"] == ["def f():\n    pass\n    ..."]
    negated = ["assert not a, f(1, 2)"] if statement.startswith("assert") else []
    assert [each.mutated for each in found if each.mutated != "pass"] == negated


def test_loops_and_branches_are_dropped_with_what_is_in_them():
    source = """
        for a in b:
            if a:
                break
            while c:
                continue
    """
    dropped = [each for each in mutants(dedent(source)) if each.mutated == "pass"]
    assert [(each.line, each.original) for each in dropped] == [
        (2, "for a in b:"),
        (3, "if a:"),
        (4, "break"),
        (5, "while c:"),
        (6, "continue"),
    ]
    assert dropped[0].source == "pass"


PROGRAM = '''
"""A program."""

def f(a, b=1):
    # The sum.
    total = (a +
             b)
    if a < 0: raise ValueError("negative")
    return [total, total]
'''


def test_a_mutant_differs_in_one_statement_and_compiles():
    original = unmutated(PROGRAM).splitlines()
    found = mutants(PROGRAM)
    assert len({each.source for each in found}) == len(found) == 12
    for each in found:
        compile(each.source, "mutant", "exec")
        lines = each.source.splitlines()
        if each.mutated != "pass":
            (changed,) = [
                (before, after)
                for before, after in zip(original, lines, strict=True)
                if before.strip() != after.strip()
            ]
            assert tuple(map(str.strip, changed)) == (each.original, each.mutated)


def test_a_mutant_is_named_alike_after_edits_elsewhere():
    def names(found: list[Mutant]) -> list[tuple[str, str, int]]:
        return [(each.original, each.mutated, each.occurrence) for each in found]

    edited = PROGRAM.replace("# The sum.\n", "\n\n").replace("(a +\n             b)", "a + b  # in one line")
    edited = edited.replace("if a < 0: raise", "if a < 0:\n        raise")
    assert names(mutants(edited)) == names(mutants(PROGRAM))
    assert [each.line for each in mutants(edited)] != [each.line for each in mutants(PROGRAM)]


def test_mutants_that_read_the_same_are_counted():
    found = mutants("x += a\ny = x\nx += a\n")
    assert [(each.line, each.mutated, each.occurrence) for each in found if each.original == "x += a"] == [
        (1, "x -= a", 1),
        (1, "x = a", 1),
        (1, "pass", 1),
        (3, "x -= a", 2),
        (3, "x = a", 2),
        (3, "pass", 2),
    ]


def test_what_does_not_compile_is_no_mutant():
    keys = changes("""
        match a:
            case {1: b, 2: c}:
                pass
    """)
    assert keys == [f"match a: case {{{each}: b, 2: c}}:" for each in (0, -1)] + [
        f"match a: case {{1: b, {each}: c}}:" for each in (3, -2)
    ], "a key that occurs twice is a syntax error"


@pytest.mark.parametrize("source", ["def f(:", b"\xff", "x = 1\0"])
def test_what_is_no_program_is_refused(source: str | bytes):
    with pytest.raises((SyntaxError, ValueError)):
        mutants(source)
