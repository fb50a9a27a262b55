"""`grader repro`: the smallest failing call of the last verdict as a script that the learner can run."""

from pathlib import Path

from grader import gpu
from grader.catalog import Catalog
from grader.judge.seeds import seed_for
from grader.literals import Literals
from grader.values import decode
from grader.verdict import CheckResult, FailingCall, Verdict
from grader.workspace import Failure, last_failure, workspace_path

_LIMITS = ("time limit", "memory limit", "output limit")

_HEAD = '''"""A failing input of {exercise}, from the check: {title}

{message}

Written by `grader repro {exercise}`, which writes it anew each time; copy it to keep your changes.{warning}
"""
'''

_LOAD = """
def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
"""

_INTERPRETED = """
# Kernels run through Triton's interpreter; it is chosen before Triton is imported.
os.environ.setdefault("TRITON_INTERPRET", "1")
"""

_SAVED = 'saved = safetensors.torch.load_file(Path(__file__).with_suffix(".safetensors"))'

_GENERATOR = """
def generator(state):
    restored = torch.Generator()
    restored.set_state(state)
    return restored
"""


class NothingToReproduce(Exception):
    """There is no failing call to write down; the text says why and what to do."""


def write_repro(
    exercise_id: str, *, workspace: str | Path | None = None, catalog: Catalog | None = None
) -> Path:
    """Write `<workspace>/repro_<id>.py` (and `.safetensors` for large tensors) and return its path.

    Raises CatalogError, NothingToReproduce, OSError.
    """
    exercise = (catalog or Catalog.default()).get(exercise_id)
    folder = workspace_path(workspace)
    failure = last_failure(folder, exercise.id)
    if failure is None:
        raise NothingToReproduce(
            f"There is no failed check of {exercise.id} to reproduce. "
            f"`grader check {exercise.id}` judges your program and keeps the smallest failing input."
        )
    if failure.verdict.smallest is None:
        raise NothingToReproduce(_why_nothing(failure.verdict))
    driver = exercise.folder / "driver.py"
    script = folder / f"repro_{exercise.id}.py"
    literals = Literals()
    interpreted = exercise.description.needs.triton and not gpu.available()
    text = _script(
        failure, failure.verdict.smallest, driver if driver.is_file() else None, literals, interpreted
    )
    data = script.with_suffix(".safetensors")
    data.unlink(missing_ok=True)
    if literals.saved:
        from safetensors.torch import save_file

        save_file(literals.saved, data)
    script.write_text(text, encoding="utf-8")
    return script


def _why_nothing(verdict: Verdict) -> str:
    again = f"Replay the whole check with `grader check {verdict.exercise} --seed {verdict.nonce}`."
    if verdict.failed:
        why = "it is too large, or a script alone cannot make it (it takes several processes, say)"
        return f"No failing call of the last verdict was kept: {why}. {again}"
    return "The last verdict did not come to a call of your program; its message says why."


def _script(
    failure: Failure, call: FailingCall, driver: Path | None, literals: Literals, interpreted: bool
) -> str:
    verdict = failure.verdict
    check = next(each for each in verdict.checks if each.id == call.check)
    arguments, named = decode(call.arguments, call.tensors, call.generators, dense=False).value
    lines = [f"    {literals.write(each)}," for each in arguments]
    lines += [f"    {name}={literals.write(each)}," for name, each in named.items()]
    compared = _compared(call, literals)
    blocks = [
        _head(verdict, check),
        _imports(literals, ["os"] if interpreted else []),
        _INTERPRETED if interpreted else "",
        _LOAD,
        _GENERATOR if any("generator(" in line for line in lines) else "",
        _loads(failure.path, driver, call.function),
        _SAVED if literals.saved else "",
        _seeds(seed_for(verdict.nonce, call.check, "worker"), literals),
        "\n".join(["got = function(", *lines, ")", 'print("got:     ", got)', *compared]),
    ]
    return "\n".join(block.strip() + "\n" for block in blocks if block)


def _compared(call: FailingCall, literals: Literals) -> list[str]:
    if call.expected is None:
        return []
    expected = decode(call.expected, call.expected_tensors).value
    return [f"expected = {literals.write(expected)}", 'print("expected:", expected)']


def _head(verdict: Verdict, check: CheckResult) -> str:
    warning = "\nHere nothing stops it: it may run for a long time." if verdict.verdict in _LIMITS else ""
    said = f"{check.outcome}: {check.message}" if check.message else check.outcome
    # Within a docstring: nothing in it may end the literal or be an escape.
    title, said = (each.replace("\\", "\\\\").replace('"""', "'''") for each in (check.title, said))
    return _HEAD.format(exercise=verdict.exercise, title=title, message=said, warning=warning)


def _imports(literals: Literals, more: list[str]) -> str:
    names = ["importlib.util", *more, "random", "sys", *sorted(literals.imports)]
    lines = [f"import {name}" for name in names]
    if literals.saved:
        lines += ["from pathlib import Path", "", "import safetensors.torch"]
    return "\n".join(lines)


def _loads(path: str, driver: Path | None, function: str) -> str:
    if driver is None:
        return f'function = load("submission", {path!r}).{function}'
    lines = [f'submission = load("submission", {path!r})', f'driver = load("driver", {str(driver)!r})']
    return "\n".join([*lines, f'function = getattr(driver, "{function}", None) or submission.{function}'])


def _seeds(seed: int, literals: Literals) -> str:
    """The seeds that the program's own random generators had when the check began."""
    lines = [f"random.seed({seed})"]
    if "numpy" in literals.imports:
        lines.append(f"numpy.random.seed({seed % 2**32})")
    if "torch" in literals.imports:
        lines.append(f"torch.manual_seed({seed})")
    return "\n".join(lines)
