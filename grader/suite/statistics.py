"""Tests of randomness with a stated probability of failing a correct program."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from grader.suite.errors import WrongAnswer


def assert_frequencies(
    counts: Sequence[int], probabilities: Sequence[float], *, false_alarm: float, what: str
) -> None:
    """Test that `counts` are draws of categories with these probabilities.

    Each count X of n is binomial, and P(X/n >= q) <= exp(-n KL(q, p)) for q >= p, likewise below
    (Chernoff; Hoeffding 1963, theorem 1). A count fails when its bound is under
    `false_alarm` / (2 x categories), so by the union bound a correct program fails with probability at most
    `false_alarm`.
    """
    counts = [int(count) for count in counts]
    weights = [float(probability) for probability in probabilities]
    if len(counts) != len(weights) or not math.isclose(sum(weights), 1, abs_tol=1e-6):
        raise ValueError("one probability for each count is needed, and they must sum to 1")
    total = sum(counts)
    threshold = math.log(2 * len(counts) / false_alarm)
    surprises = [
        total * _divergence(count / total if total else 0.0, weight)
        for count, weight in zip(counts, weights, strict=True)
    ]
    worst = max(range(len(counts)), key=surprises.__getitem__)
    if surprises[worst] > threshold:
        raise WrongAnswer(
            f"{what}: category {worst} came up {counts[worst]} times in {total}, expected about "
            f"{total * weights[worst]:.1f} (probability {weights[worst]:.4g}); all counts: {counts[:12]}"
        )


def assert_same_distribution(
    sample: Any, cdf: Callable[[Any], Any], *, false_alarm: float, what: str
) -> None:
    """Test that the numbers in `sample` are independent draws from the continuous distribution `cdf`.

    `cdf` maps a float64 array to the probabilities of smaller or equal values. With n draws,
    P(sup |F_n - F| > e) <= 2 exp(-2 n e^2) (Dvoretzky, Kiefer and Wolfowitz 1956; the constant by Massart
    1990), so a correct program fails with probability at most `false_alarm`.
    """
    import numpy

    values = numpy.sort(numpy.asarray(sample, dtype=numpy.float64).reshape(-1))
    size = values.size
    if not size:
        raise WrongAnswer(f"{what}: there are no values")
    if not numpy.isfinite(values).all():
        raise WrongAnswer(f"{what}: {int((~numpy.isfinite(values)).sum())} of {size} values are not finite")
    expected = numpy.asarray(cdf(values), dtype=numpy.float64)
    steps = numpy.arange(size + 1) / size
    above, below = steps[1:] - expected, expected - steps[:-1]
    gaps = numpy.maximum(above, below)
    worst = int(gaps.argmax())
    if gaps[worst] > math.sqrt(math.log(2 / false_alarm) / (2 * size)):
        fraction = steps[worst + 1] if above[worst] >= below[worst] else steps[worst]
        sign = "≤" if above[worst] >= below[worst] else "<"
        raise WrongAnswer(
            f"{what}: {fraction:.4f} of {size} values are {sign} {values[worst]:.4g}, "
            f"expected a fraction of {expected[worst]:.4f}"
        )


def _divergence(observed: float, probability: float) -> float:
    """KL(Bernoulli(observed) || Bernoulli(probability)) in nats."""
    total = 0.0
    for q, p in ((observed, probability), (1 - observed, 1 - probability)):
        if q > 0:
            if p <= 0:
                return math.inf
            total += q * math.log(q / p)
    return total
