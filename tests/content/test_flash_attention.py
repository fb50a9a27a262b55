"""The facts of the note on FlashAttention, computed."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils._python_dispatch import TorchDispatchMode

NOTE = "systems/flash_attention.md"
MIB = 2**20

Array = npt.NDArray[np.float64]
Part = tuple[float, float]  # output and log-sum-exp of one query over some keys

scores = st.lists(st.floats(-700, 700), min_size=1, max_size=12)


def softmax(x: Array) -> Array:
    weights = np.exp(x - x.max())
    return weights / weights.sum()


def online(x: Array, values: Array, cuts: list[int]) -> tuple[float, float, float]:
    """m, l and the unnormalised output after all tiles; `cuts` are the ends of the tiles."""
    m, total, acc = -math.inf, 0.0, 0.0
    for start, end in pairwise([0, *cuts]):
        tile = x[start:end]
        m_new = max(m, tile.max())
        alpha, e = math.exp(m - m_new), np.exp(tile - m_new)
        m, total, acc = m_new, alpha * total + e.sum(), alpha * acc + e @ values[start:end]
    return m, total, acc


def part(x: Array, values: Array) -> Part:
    return float(softmax(x) @ values), float(np.logaddexp.reduce(x))


def merge(a: Part, b: Part) -> Part:
    lse = float(np.logaddexp(a[1], b[1]))
    return math.exp(a[1] - lse) * a[0] + math.exp(b[1] - lse) * b[0], lse


def reference(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, causal: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """Attention over full scores in float64; rows that see nothing give 0 and -inf."""
    s = q.double() @ k.double().T / math.sqrt(q.shape[1])
    if causal:
        hidden = torch.arange(len(k)) > torch.arange(len(q))[:, None] + len(k) - len(q)
        s = s.masked_fill(hidden, -torch.inf)
    lse = s.logsumexp(-1)
    p = torch.where(lse[:, None] > -torch.inf, (s - lse[:, None]).exp(), 0)
    return p @ v.double(), lse


@given(x=scores, data=st.data())
def test_online_softmax_agrees_with_softmax_for_any_tiles(x: list[float], data: st.DataObject) -> None:
    cuts = sorted({*data.draw(st.lists(st.integers(1, len(x)))), len(x)})
    values = np.linspace(-1, 2, len(x))
    m, total, acc = online(np.array(x), values, cuts)
    assert m == max(x)
    assert 1 <= total <= len(x) * (1 + 1e-12)
    assert acc / total == pytest.approx(softmax(np.array(x)) @ values, abs=1e-9)
    assert m + math.log(total) == pytest.approx(np.logaddexp.reduce(x), abs=1e-9)


def test_worked_example_of_the_online_softmax() -> None:
    x, values = np.log([1.0, 4.0, 2.0, 8.0]), np.array([10.0, 20.0, 30.0, 40.0])
    assert online(x, values, [2]) == pytest.approx((math.log(4), 1.25, 22.5))
    assert online(x, values, [2, 4]) == pytest.approx((math.log(8), 1.875, 58.75))
    assert part(x, values) == pytest.approx((58.75 / 1.875, math.log(8) + math.log(1.875)))


def test_worked_example_of_the_merge() -> None:
    a = part(np.log([1.0, 4.0]), np.array([10.0, 20.0]))
    b = part(np.log([2.0, 8.0]), np.array([30.0, 40.0]))
    assert a == pytest.approx((18, math.log(5)))
    assert b == pytest.approx((38, math.log(10)))
    assert merge(a, b) == pytest.approx((470 / 15, math.log(15)))


@given(x=scores, y=scores, z=scores)
def test_merging_is_associative_and_commutative_with_a_neutral_element(
    x: list[float], y: list[float], z: list[float]
) -> None:
    a, b, c = (part(np.array(keys), np.arange(len(keys), dtype=float)) for keys in (x, y, z))
    assert merge(merge(a, b), c) == pytest.approx(merge(a, merge(b, c)), abs=1e-9)
    assert merge(a, b) == pytest.approx(merge(b, a), abs=1e-12)
    assert merge(a, (0.0, -math.inf)) == pytest.approx(a)
    values = np.concatenate([np.arange(len(x)), np.arange(len(y))]).astype(float)
    assert merge(a, b) == pytest.approx(part(np.array(x + y), values), abs=1e-9)


@pytest.mark.parametrize(("nq", "nk"), [(1, 1), (1, 70), (33, 33), (20, 50), (50, 20), (64, 64)])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(("rows", "cols"), [(16, 16), (16, 64), (7, 5)])
def test_tiled_attention_of_the_note(
    nq: int, nk: int, causal: bool, rows: int, cols: int, note_function: Callable[[str, str], Any]
) -> None:
    generator = torch.Generator().manual_seed(nq * nk)
    q, k, v = (torch.randn(n, 16, generator=generator) for n in (nq, nk, nk))
    out, lse = note_function(NOTE, "tiled_attention")(q, k, v, causal, rows, cols)
    expected_out, expected_lse = reference(q, k, v, causal)
    torch.testing.assert_close(out.double(), expected_out, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(lse.double(), expected_lse, atol=1e-5, rtol=1e-5)
    if causal and nq > nk:
        assert not out[: nq - nk].any()
        assert (lse[: nq - nk] == -torch.inf).all()


class LargestTensor(TorchDispatchMode):
    """Remembers the number of elements of the largest tensor that an operation returned."""

    elements = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if isinstance(result, torch.Tensor):
            self.elements = max(self.elements, result.numel())
        return result


def test_tiled_attention_never_holds_a_matrix_of_scores(note_function: Callable[[str, str], Any]) -> None:
    tiled_attention = note_function(NOTE, "tiled_attention")
    q = k = v = torch.randn(512, 16, generator=torch.Generator().manual_seed(0))
    with LargestTensor() as largest:
        tiled_attention(q, k, v, True, 32, 32)
    assert largest.elements == 512 * 16


def test_standard_attention_traffic_and_intensity() -> None:
    n, d = 4096, 64
    matrix, rows = 2 * n * n, 2 * n * d  # bytes in float16
    assert (matrix, rows) == (32 * MIB, MIB // 2)
    assert 4 * matrix + 4 * rows == 130 * MIB
    assert 4 * n * n * d / (4 * matrix) == d / 2 == 32
    assert 24 * 16 * matrix == 12 * 2**30
    assert (312e12 / 2e12, 312e12 / 1.5e12) == (156, 208)
    assert matrix / rows == n / d


def query_outside(n: int, d: int, br: int, bc: int) -> int:
    """Numbers moved by FlashAttention-2's loops: each query tile streams all keys and values."""
    moved = 0
    for _ in range(0, n, br):
        moved += 2 * br * d  # the tile of Q is read, that of O written
        for _ in range(0, n, bc):
            moved += 2 * bc * d
    return moved


def keys_outside(n: int, d: int, m: int) -> int:
    """Numbers moved by the first FlashAttention's loops with its block sizes for m numbers of SRAM."""
    bc = math.ceil(m / (4 * d))
    br = min(bc, d)
    moved = 0
    for _ in range(0, n, bc):
        moved += 2 * bc * d
        for _ in range(0, n, br):
            moved += 3 * br * d  # Q and O are read, O is written
    return moved


def test_tiled_traffic_of_the_example() -> None:
    n, d, br = 4096, 64, 128
    numbers = query_outside(n, d, br, 64)
    assert numbers == 2 * n * d + n // br * 2 * n * d
    assert 2 * numbers == 33 * MIB
    assert 4 * n * n * d / (2 * (n // br * 2 * n * d)) == br  # operations per byte of keys and values


@pytest.mark.parametrize("d", [64, 128])
def test_both_loop_orders_move_of_the_order_of_n2_d2_over_m(d: int) -> None:
    n = 16_384
    for m in (2**14, 2**15, 2**16):
        unit = n * n * d * d / m
        assert 1 <= query_outside(n, d, br=m // (4 * d), bc=64) / unit <= 16
        assert 1 <= keys_outside(n, d, m) / unit <= 16
    halved = keys_outside(n, d, 2**16) / keys_outside(n, d, 2**15)
    assert halved == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize("d", [16, 64, 128])
@pytest.mark.parametrize("m", [2**12, 2**14, 98_304])
def test_block_sizes_of_the_first_version_keep_the_score_tile_within_a_quarter(d: int, m: int) -> None:
    bc = math.ceil(m / (4 * d))
    assert min(bc, d) * bc <= m / 4 + d


def test_squared_head_dimension_against_the_memory() -> None:
    assert 128**2 == 16_384
    assert 2 * 128**2 == 32 * 1024


def test_lower_bound_meets_the_input_size() -> None:
    n, d = 1000, 64
    assert n**2 * d**2 / (n * d) == n * d


def test_decoding_pays_one_operation_per_byte() -> None:
    nk, d = 10_000, 128
    assert 4 * 1 * nk * d / (2 * 2 * nk * d) == 1


def test_where_the_exponential_overflows() -> None:
    with np.errstate(over="ignore"):
        assert np.isfinite(np.exp(np.float16(11.0)))
        assert np.isinf(np.exp(np.float16(11.1)))
        assert np.isfinite(np.exp(np.float32(88.7)))
        assert np.isinf(np.exp(np.float32(88.8)))


def seen_keys(nq: int, nk: int, **arguments: Any) -> list[int]:
    """The number of keys with a weight in torch's own attention, read off with one-hot values."""
    q, k, v = torch.ones(1, nq, 8), torch.ones(1, nk, 8), torch.eye(nk)[None]
    weights = torch.nn.functional.scaled_dot_product_attention(q, k, v, **arguments)[0]
    return (weights > 0).sum(-1).tolist()


def test_causal_alignment_of_the_example() -> None:
    assert seen_keys(2, 5, is_causal=True) == [1, 2]
    visible = torch.arange(5) <= torch.arange(2)[:, None] + 5 - 2
    assert seen_keys(2, 5, attn_mask=visible[None]) == [4, 5]
    assert seen_keys(4, 4, is_causal=True) == [1, 2, 3, 4]


def test_causal_tiles_by_counting() -> None:
    side, tiles = 4, 32
    visible = np.tril(np.ones((side * tiles, side * tiles), dtype=bool))
    per_tile = visible.reshape(tiles, side, tiles, side).sum(axis=(1, 3))
    assert (per_tile > 0).sum() == tiles * (tiles + 1) // 2 == 528
    assert ((per_tile > 0) & (per_tile < side * side)).sum() == tiles


def test_zeroing_weights_late_underflows_the_visible_ones() -> None:
    s, visible = np.array([0.0, 1.0, 1000.0]), np.array([True, True, False])
    late = np.exp(s - s.max()) * visible
    assert late.sum() == 0


@pytest.mark.parametrize("causal", [False, True])
def test_backward_from_the_logsumexp(causal: bool) -> None:
    """Also with a gradient that enters through the log-sum-exp."""
    generator = torch.Generator().manual_seed(1)
    q, k, v = (
        torch.randn(n, 4, dtype=torch.float64, generator=generator, requires_grad=True) for n in (5, 7, 7)
    )
    c = 0.3
    hidden = torch.arange(7) > torch.arange(5)[:, None] + 2
    s = c * q @ k.T
    s = s.masked_fill(hidden, -torch.inf) if causal else s
    out, lse = s.softmax(-1) @ v, s.logsumexp(-1)
    d_out = torch.randn(out.shape, dtype=torch.float64, generator=generator)
    d_lse = torch.randn(lse.shape, dtype=torch.float64, generator=generator)
    expected = torch.autograd.grad((out, lse), (q, k, v), (d_out, d_lse))

    with torch.no_grad():
        p = (s - lse[:, None]).exp()
        dp = d_out @ v.T
        row = (d_out * out).sum(-1)
        torch.testing.assert_close(row, (p * dp).sum(-1))
        ds = p * (dp - row[:, None] + d_lse[:, None])
        found = (c * ds @ k, c * ds.T @ q, p.T @ d_out)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other)


def test_products_of_the_two_passes() -> None:
    n, d = 100, 8
    product = 2 * n * n * d
    assert (2 * product, 5 * product, 5 / 2) == (4 * n * n * d, 10 * n * n * d, 2.5)


def test_maximum_before_a_negative_scale_leaves_positive_exponents() -> None:
    raw, c = np.array([-300.0, 0.0, 500.0]), -1.0
    assert (c * raw - c * raw.max()).max() == 800
    assert (c * raw - (c * raw).max()).max() == 0


def test_natural_logsumexp_from_base_two() -> None:
    x = np.array([0.3, -2.0, 5.0])
    y = x * math.log2(math.e)
    m2 = y.max()
    total = np.exp2(y - m2).sum()
    assert (m2 + math.log2(total)) * math.log(2) == pytest.approx(np.logaddexp.reduce(x))


def test_exponentials_of_hopper_take_half_as_long_as_its_products() -> None:
    products, exponential = 4 * 128 / 989, 1 / 3.9
    ratio = 989 / 3.9
    assert 4 * 128 == 512
    assert ratio == pytest.approx(250, rel=0.02)
    assert exponential / products == pytest.approx(0.5, abs=0.01)
    assert exponential / (products + exponential) == pytest.approx(1 / 3, abs=0.01)


def test_the_reported_shares_of_the_peak() -> None:
    ampere, hopper = 230 / 312, 740 / 989
    assert (ampere, hopper) == pytest.approx((0.73, 0.75), abs=0.01)
    assert 312 / 19.5 == 16


def test_orthogonal_mixing_keeps_products_and_spreads_outliers() -> None:
    rng = np.random.default_rng(0)
    rotation = np.linalg.qr(rng.standard_normal((64, 64)))[0]
    q, k = rng.standard_normal((2, 10, 64))
    q[:, 3] = 100.0
    np.testing.assert_allclose((q @ rotation) @ (k @ rotation).T, q @ k.T)
    assert np.abs(q @ rotation).max() < 0.6 * np.abs(q).max()
