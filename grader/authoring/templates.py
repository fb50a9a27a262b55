"""The files of a new exercise. Each says in a line what belongs there, and all of them fit together.

The scaffolded function returns a copy of its argument, so that the suite runs before anything is written.
Fields are those of `string.Template`; `PYTHON` and `TORCH` hold what differs. The suites are in
`grader.authoring.suites`.
"""

PYTHON = {
    "imports": "",
    "type": "list[int]",
    "meaning": "its type, its range, and what it stands for",
    "example": "[3, 1, 2]",
    "cpu": "2",
    "memory": "256",
    "memory_text": "256 MiB",
    "torch": "false",
}

TORCH = {
    "imports": "\nfrom torch import Tensor\n",
    "type": "Tensor",
    "meaning": "its shape and dtype, and what it stands for",
    "example": "[3.0, 1.0, 2.0]",
    "cpu": "10",
    "memory": "1024",
    "memory_text": "1 GiB",
    "torch": "true",
}

_FUNCTION = """
def $id(values: $type) -> $type:
    raise NotImplementedError
"""


def _program(line: str) -> str:
    return f'"""{line}"""\n$imports\n{_FUNCTION}'


EXERCISE = {
    "exercise.toml": """\
format_version = 1
id = "$id"
title = "$title"  # as lists show it
title_zh = "$title"  # the same in Chinese
topics = [$topics]  # the topics whose notes teach it
difficulty = 3  # from 1, a warm-up, to 5
minutes = 30  # what a prepared learner takes
requires_exercises = []  # the exercises to solve before it
entry_points = ["$id"]  # the functions that the suite calls
credits = []  # the cards whose knowledge it uses, as "topic/card-id"

[limits]  # of each check; the slowest accepted program needs at most half of the CPU time
cpu_seconds = $cpu
wall_seconds = 20
memory_mib = $memory
output_kib = 64

[needs]
torch = $torch
""",
    "README.md": """\
# $title

What is computed and why it matters, with the paper that it comes from.

## Write

```python
def $id(values: $type) -> $type: ...
```

The definition, as a formula.

## Contract

- `values`: $meaning.
- What violates the contract and which exception answers it: with an empty `values`, raise `ValueError`.
- The result: its type and its size; it is new, and `values` is never changed.
- What may be imported: the standard library, `numpy` and `torch`.

## Example

An example that can be followed by hand: for the values `$example` the result is `$example`.

## Limits

Each check has $cpu seconds of CPU time and $memory_text of memory; `values` has up to 20,000 entries.
""",
    "starter.py": '''\
"""$title: what the function computes, in one line."""
$imports

def $id(values: $type) -> $type:
    """Return what the prompt defines.

    values: $meaning.
    Raises ValueError if values is empty.
    """
    raise NotImplementedError
''',
    "hints/01.md": "The first hint: a question that leads to the idea.\n",
    "hints/02.md": "The second hint: the idea in words.\n",
    "hints/03.md": "The third hint: the plan step by step, so that only the code is left to write.\n",
}

SOLUTIONS = {
    "explanation.md": """\
# $title: the solution explained

## The idea

How the definition leads to the algorithm, with the proof that it is right.

## Cost

Time and memory, with the reason.

## What goes wrong

- The typical mistakes, one in each line, with what makes them wrong.
""",
    "expect.toml": """\
# For each rejected program: all checks that it fails, and what a learner is told who fails the same ones.

[[rejected]]
program = "wrong_answer/one_value.py"
fails = ["answers::test_one_value"]
diagnosis = "The smallest input goes wrong: try a single value by hand."

[[rejected]]
program = "wrong_answer/argument_changed.py"
fails = ["contract::test_argument_unchanged"]
diagnosis = "The results are right, but the argument is changed on the way: work on a copy."

[[rejected]]
program = "wrong_answer/contract_not_checked.py"
fails = ["contract::test_no_values"]
diagnosis = "Arguments outside the contract are not refused with ValueError."

[[rejected]]
program = "runtime_error/equal_values.py"
fails = ["answers::test_equal_values"]
diagnosis = "It fails where all values are equal."

[[rejected]]
program = "time_limit/brute_force.py"
fails = ["growth::test_many_values"]
diagnosis = "Right, but too much work for a large input: what is computed more than once?"
""",
    "accepted/as_hinted.py": _program(
        "The solution that the hints lead to, with the source of its algorithm."
    ),
    "accepted/another_way.py": _program(
        "A solution by another idea, so that one misunderstanding can't be in both."
    ),
    "rejected/wrong_answer/one_value.py": _program("Mistake: right except for the smallest input."),
    "rejected/wrong_answer/argument_changed.py": _program(
        "Mistake: right, but works on its argument itself."
    ),
    "rejected/wrong_answer/contract_not_checked.py": _program("Mistake: right, but accepts bad arguments."),
    "rejected/runtime_error/equal_values.py": _program("Mistake: right, but crashes on equal values."),
    "rejected/time_limit/brute_force.py": _program("Mistake: right, but with the obvious amount of work."),
}
