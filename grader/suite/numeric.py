"""Comparison of tensors and arrays: structure, dtype, shape and finiteness before tolerance."""

import sys
from typing import Any

from grader.suite.errors import WrongAnswer
from grader.text import describe
from grader.values import class_name


def assert_tensor(
    got: Any,
    *,
    like: Any = None,
    dtype: Any = None,
    shape: tuple[int, ...] | None = None,
    finite: bool = True,
    name: str = "result",
) -> None:
    """Check that `got` is a tensor (a numpy array, if `like` is one) of the dtype and shape of `like`.

    `dtype` and `shape` may be given instead of `like`, or override it.
    """
    _assert_kind(got, like, name)
    dtype = dtype if dtype is not None else getattr(like, "dtype", None)
    shape = shape if shape is not None else getattr(like, "shape", None)
    if dtype is not None and got.dtype != dtype:
        raise WrongAnswer(f"the {name} has dtype {_short(got.dtype)}, expected {_short(dtype)}")
    if shape is not None and tuple(got.shape) != tuple(shape):
        raise WrongAnswer(f"the {name} has shape {tuple(got.shape)}, expected {tuple(shape)}")
    if finite:
        _assert_finite(got, name)


def assert_close_to_reference(
    got: Any, reference: Any, trusted: Any, *, floor: float | None = None, name: str = "result"
) -> None:
    """Compare with float64 expected values, as exactly as the working dtype allows.

    `trusted` is what a trusted implementation gives in the working dtype on the same inputs; `got` must have
    its kind, dtype and shape. Each element may be off by 4 x max|trusted - reference| plus
    floor x max(1, |reference|); `floor` is 4 machine epsilons of the dtype unless given.
    """
    try:
        _compare(got, reference, trusted, floor, name)
    except WrongAnswer as wrong:
        wrong.compared = (got, reference)
        raise


def _compare(got: Any, reference: Any, trusted: Any, floor: float | None, name: str) -> None:
    import numpy

    if isinstance(trusted, float):
        _assert_float(got, name)
    else:
        assert_tensor(got, like=trusted, finite=False, name=name)
    actual, expected, model = _wide(got), _wide(reference), _wide(trusted)
    if actual.shape != expected.shape:
        raise ValueError(f"the reference has shape {expected.shape}, the trusted result {actual.shape}")
    exact = ~numpy.isfinite(expected)
    if not numpy.isfinite(model[~exact]).all():
        raise ValueError("the trusted result is not finite where the reference is")
    _assert_same_infinities(actual, expected, exact, name)
    # What must be equal is: only the finite values are left to compare.
    actual, expected, model = (numpy.where(exact, 0.0, each) for each in (actual, expected, model))
    slack = 4 * numpy.abs(model - expected).max(initial=0.0)
    unit = 4 * _epsilon(trusted) if floor is None else floor
    error = numpy.abs(actual - expected)
    excess = error - slack - unit * numpy.maximum(1.0, numpy.abs(expected))
    if excess.max(initial=-1.0) > 0:
        _report(actual, expected, error, excess, name)


def _assert_kind(got: Any, like: Any, name: str) -> None:
    import numpy

    if isinstance(like, numpy.ndarray):
        wanted, is_right = "numpy array", isinstance(got, numpy.ndarray)
    else:
        torch = sys.modules.get("torch")
        wanted, is_right = "tensor", torch is not None and isinstance(got, torch.Tensor)
    if not is_right:
        raise WrongAnswer(f"the {name} must be a {wanted}, got {describe(got)} (of type {class_name(got)})")


def _assert_float(got: Any, name: str) -> None:
    if type(got) is not float:
        raise WrongAnswer(f"the {name} must be a float, got {describe(got)} (of type {class_name(got)})")


def _assert_finite(got: Any, name: str) -> None:
    import numpy

    values = _wide(got)
    bad = ~numpy.isfinite(values)
    if bad.any():
        where = _first(bad)
        raise WrongAnswer(f"the {name} holds {values[where]}{_at(where)}; every value must be finite")


def _assert_same_infinities(actual: Any, expected: Any, exact: Any, name: str) -> None:
    import numpy

    wrong = numpy.where(exact, ~((actual == expected) | (numpy.isnan(actual) & numpy.isnan(expected))), False)
    wrong |= ~exact & ~numpy.isfinite(actual)
    if wrong.any():
        where = _first(wrong)
        raise WrongAnswer(f"the {name} is {actual[where]}{_at(where)}, expected {expected[where]:.6g}")


def _report(actual: Any, expected: Any, error: Any, excess: Any, name: str) -> None:
    import numpy

    where = tuple(int(index) for index in numpy.unravel_index(int(excess.argmax()), excess.shape))
    allowed = error[where] - excess[where]
    count = int((excess > 0).sum())
    raise WrongAnswer(
        f"the {name} is off by {error[where]:.3g}{_at(where)}: expected {expected[where]:.8g}, "
        f"got {actual[where]:.8g} (allowed {allowed:.2g}; {count} of {excess.size} values are off)"
    )


def _wide(value: Any) -> Any:
    """As a float64 (or complex128) numpy array."""
    import numpy

    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        wide = torch.complex128 if value.dtype.is_complex else torch.float64
        value = value.detach().to(wide).resolve_conj().resolve_neg().numpy()
    array = numpy.asarray(value)
    return array.astype(numpy.complex128 if array.dtype.kind == "c" else numpy.float64)


def _epsilon(trusted: Any) -> float:
    """The machine epsilon of the working dtype; 0 for integers, which are exact."""
    import numpy

    torch = sys.modules.get("torch")
    if torch is not None and isinstance(trusted, torch.Tensor):
        is_inexact = trusted.dtype.is_floating_point or trusted.dtype.is_complex
        return float(torch.finfo(trusted.dtype).eps) if is_inexact else 0.0
    dtype = numpy.asarray(trusted).dtype
    return float(numpy.finfo(dtype).eps) if dtype.kind in "fc" else 0.0


def _first(mask: Any) -> tuple[int, ...]:
    import numpy

    return tuple(int(index) for index in numpy.argwhere(mask)[0])


def _at(where: tuple[int, ...]) -> str:
    return f" at {list(where)}" if where else ""


def _short(dtype: Any) -> str:
    return str(dtype).removeprefix("torch.")
