"""The facts of the note on mixed precision, computed from the formats that PyTorch implements."""

import math
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

NOTE = "systems/mixed_precision.md"
TEXT = (Path(__file__).parents[2] / "content" / NOTE).read_text(encoding="utf-8")
FORMATS = {  # exponent bits, mantissa bits
    "FP64": (torch.float64, 11, 52),
    "FP32": (torch.float32, 8, 23),
    "BF16": (torch.bfloat16, 8, 7),
    "FP16": (torch.float16, 5, 10),
    "E5M2": (torch.float8_e5m2, 5, 2),
    "E4M3": (torch.float8_e4m3fn, 4, 3),
}


def number(cell: str) -> Decimal:
    scientific = re.fullmatch(r"\$([\d.]+) \\cdot 10\^\{(-?\d+)\}\$", cell)
    return Decimal(f"{scientific[1]}e{scientific[2]}" if scientific else cell)


def row(name: str) -> list[str]:
    line = next(line for line in TEXT.splitlines() if line.startswith(f"| {name} |"))
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def rounded(value: float, dtype: torch.dtype) -> float:
    return torch.tensor(value, dtype=torch.float64).to(dtype).double().item()


def ulp(x: float, mantissa: int) -> float:
    return float(2.0 ** (math.floor(math.log2(abs(x))) - mantissa))


@pytest.mark.parametrize("name", FORMATS)
def test_row_of_the_table_follows_from_the_bits_and_is_what_torch_says(name: str) -> None:
    dtype, e, m = FORMATS[name]
    bits, *cells = row(name)
    assert bits == f"${e}$, ${m}$" or bits == f"{e}, {m}"
    largest, normal, subnormal, spacing = map(number, cells)
    bias = 2 ** (e - 1) - 1
    limit = 1.75 * 2.0**8 if name == "E4M3" else (2 - 2.0**-m) * 2.0**bias
    info = torch.finfo(dtype)
    assert (limit, 2.0 ** (1 - bias), 2.0**-m) == (info.max, info.smallest_normal, info.eps)
    for shown, exact in [
        (largest, limit),
        (normal, info.smallest_normal),
        (subnormal, 2.0 ** (1 - bias) * 2.0**-m),
        (spacing, info.eps),
    ]:
        assert abs(shown / Decimal(exact) - 1) < 0.03


def test_smallest_subnormals_round_as_the_note_says() -> None:
    assert rounded(2.0**-24, torch.float16) == 2.0**-24
    assert rounded(2.0**-25, torch.float16) == 0
    assert rounded(1.01 * 2.0**-25, torch.float16) == 2.0**-24
    assert (1.875 * 2.0**7, (2 - 2.0**-10) * 2.0**15) == (240, 65504)
    bits = torch.tensor([0x7E, 0x7F], dtype=torch.uint8).view(torch.float8_e4m3fn).float()
    assert bits[0] == 448
    assert bits[1].isnan()


def test_sixteen_bit_formats_compared() -> None:
    assert ulp(1, 7) / ulp(1, 10) == 8
    assert math.log10(2**8) == pytest.approx(2.4, abs=0.01)
    assert 16 - -24 == 40  # FP16, subnormals included
    assert math.log2(512) - math.log2(2.0**-9) == 18  # E4M3
    x = torch.tensor([1.0, -3.14159, 1e-30])
    cut = (x.view(torch.int32) >> 16 << 16).view(torch.float32)
    assert (x.bfloat16().float() - cut).abs().le(torch.tensor([2.0**-7, 2.0**-6, 1e-32])).all()


@pytest.mark.parametrize(("dtype", "mantissa"), [(torch.bfloat16, 7), (torch.float16, 10)])
def test_thresholds_of_a_lost_update(dtype: torch.dtype, mantissa: int) -> None:
    weights = torch.linspace(1, 2, 2**mantissa + 1, dtype=torch.float64)[:-1]
    lost = (weights + 0.99 * 2.0 ** (-mantissa - 2) * weights).to(dtype).double()
    kept = (weights + 1.01 * 2.0 ** (-mantissa - 1) * weights).to(dtype).double()
    assert (lost == weights).all()
    assert (kept > weights).all()
    assert ((weights + 2.0 ** (-mantissa - 1)).to(dtype).double() == weights).any()  # ties: to even
    percent = {7: (0.2, 0.4), 10: (0.024, 0.049)}[mantissa]
    assert 100 * 2.0 ** (-mantissa - 2) == pytest.approx(percent[0], rel=0.03)
    assert 100 * 2.0 ** (-mantissa - 1) == pytest.approx(percent[1], rel=0.03)


def test_ratio_of_the_paper_is_the_worst_case() -> None:
    def survives(weight: float, ratio: float) -> bool:
        return rounded(weight + weight / ratio, torch.float16) != weight

    assert not survives(1.0, 2048)
    assert survives(1.0, 2047)
    largest = 2 - 2.0**-10  # of its binade
    assert survives(largest, 4090)
    assert not survives(largest, 4096)


def test_example_of_the_frozen_weight() -> None:
    assert ulp(0.02, 7) == 2.0**-13 == pytest.approx(1.2e-4, rel=0.02)
    assert ulp(0.02, 23) == pytest.approx(1.9e-9, rel=0.03)
    assert 5e-6 < ulp(0.02, 10) / 2 < 3e-5 < ulp(0.02, 7) / 2
    weight = torch.tensor(0.02, dtype=torch.float16)
    assert weight + 5e-6 == weight


def test_stochastic_rounding_is_right_on_average() -> None:
    rng = np.random.default_rng(0)
    up = rng.random(100_000) < 0.1
    assert up.mean() == pytest.approx(0.1, abs=0.005)


def test_kahan_summation_keeps_small_updates() -> None:
    weight, rest = torch.tensor(1.0).bfloat16(), torch.tensor(0.0).bfloat16()
    for _ in range(1000):
        update = torch.tensor(0.001).bfloat16() + rest
        moved = weight + update
        rest = update - (moved - weight)
        weight = moved
    assert weight.item() == pytest.approx(2.0, abs=0.02)


@pytest.mark.parametrize(("dtype", "end"), [(torch.float16, 2048), (torch.bfloat16, 256)])
def test_sum_of_ones_stops(dtype: torch.dtype, end: int) -> None:
    total = torch.zeros((), dtype=dtype)
    for _ in range(3000):
        total += 1
    assert total == end


def test_products_of_halves_are_exact_in_float32() -> None:
    generator = torch.Generator().manual_seed(0)
    a, b = torch.randn(2, 10_000, generator=generator).half()
    assert torch.equal((a.float() * b.float()).double(), a.double() * b.double())
    assert 2 * (10 + 1) == 22 <= 24
    assert 2 * (7 + 1) == 16


def test_examples_of_the_scaled_loss() -> None:
    scale = 2.0**16
    assert rounded(2.0**-26, torch.float16) == 0
    assert rounded(2.0**-26 * scale, torch.float16) == 2.0**-10
    assert rounded(0.5 * scale, torch.float16) == 32768
    assert math.isinf(rounded(1 * scale, torch.float16))
    assert torch.finfo(torch.float16).smallest_normal / scale == 2.0**-30
    assert rounded(2.0**-27, torch.float16) == 0
    assert rounded(8 * 2.0**-27, torch.float16) == 8 * 2.0**-27


def test_scaled_loss_scales_every_gradient() -> None:
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
    loss = model(torch.randn(5, 3)).square().mean()
    plain = torch.autograd.grad(loss, list(model.parameters()), retain_graph=True)
    scaled = torch.autograd.grad(1024 * loss, list(model.parameters()))
    for one, other in zip(plain, scaled, strict=True):
        assert torch.equal(1024 * one, other)  # a power of two: no rounding


def test_update_of_the_note_is_that_of_the_gradient_scaler(note_function: Callable[[str, str], Any]) -> None:
    update = note_function(NOTE, "update")
    scaler = torch.amp.GradScaler("cpu", growth_interval=3)
    assert torch.amp.GradScaler("cpu").get_scale() == 2.0**16
    assert torch.amp.GradScaler("cpu").get_growth_interval() == 2000
    weight = torch.nn.Parameter(torch.zeros(()))
    optimizer = torch.optim.SGD([weight], lr=1.0)
    scale, good = scaler.get_scale(), 0
    for finite in [True, False, True, True, True, False, True, True, True, True]:
        before = weight.item()
        weight.grad = torch.tensor(1.0 if finite else math.inf)
        scaler.scale(torch.zeros(()))  # creates the scale
        scaler.step(optimizer)
        scaler.update()
        assert (weight.item() != before) == finite
        scale, good = update(scale, good, finite, interval=3)
        assert scaler.get_scale() == scale


def test_share_of_skipped_steps() -> None:
    skipped = 100 / 2001  # percent
    assert skipped == pytest.approx(0.05, abs=0.0005)


def test_clipping_scaled_gradients_shrinks_the_step_by_the_scale() -> None:
    scale = 1024.0
    weight = torch.nn.Parameter(torch.zeros(4))
    weight.grad = scale * torch.full((4,), 0.25)  # true norm 0.5
    torch.nn.utils.clip_grad_norm_([weight], 1.0)
    assert (weight.grad / scale).norm().item() == pytest.approx(1 / scale, rel=1e-4)


def test_adam_forgets_a_constant_scale_but_not_a_changing_one() -> None:
    def last(scales: list[float]) -> float:
        weight = torch.nn.Parameter(torch.zeros(()))
        optimizer = torch.optim.Adam([weight], lr=0.1, eps=0)
        for scale, gradient in zip(scales, [1.0, 0.5, -0.2], strict=True):
            weight.grad = torch.tensor(scale * gradient)
            optimizer.step()
        return weight.item()

    assert last([8, 8, 8]) == pytest.approx(last([1, 1, 1]), rel=1e-5)
    assert last([8, 16, 4]) != pytest.approx(last([1, 1, 1]), rel=0.01)


def test_overflow_points() -> None:
    assert math.log(65504) == pytest.approx(11.09, abs=0.005)
    assert torch.tensor(11.08).exp().half().isfinite()
    assert torch.tensor(11.1).exp().half().isinf()
    assert torch.tensor([255.9, 256.0]).square().half().isinf().tolist() == [False, True]
    assert torch.tensor(300.0).half().isfinite()


def test_positions_collide_in_bf16() -> None:
    positions = torch.arange(1002.0)
    assert torch.equal(positions[:257].bfloat16().float(), positions[:257])
    assert positions[257].bfloat16() == 256
    assert positions[1001].bfloat16() == positions[1000].bfloat16()


def test_formats_that_autocast_leaves_on_a_cpu() -> None:
    x = torch.ones(2, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        h = torch.nn.Linear(4, 4)(x)
        assert torch.nn.LayerNorm(4)(h).dtype == h.softmax(-1).dtype == torch.bfloat16
        with torch.autocast("cpu", enabled=False):
            assert torch.nn.Linear(4, 4)(h.float()).dtype == torch.float32


def test_bytes_per_parameter() -> None:
    for name, total in [("FP32", 16), ("FP16 with FP32 master", 16), ("PyTorch autocast", 16)]:
        lines = [
            line for line in TEXT.splitlines() if line.startswith(f"| {name} |") and line.endswith("16 |")
        ]
        (line,) = lines
        cells = [int(cell) for cell in re.findall(r"\b\d+\b(?= \|)", line.removeprefix(f"| {name}"))]
        assert sum(cells[:-1]) == cells[-1] == total


def test_outlier_in_a_tensor_of_eight_bits() -> None:
    assert 448 / 28672 == 2.0**-6 == torch.finfo(torch.float8_e4m3fn).smallest_normal
    assert rounded(2.0**-10, torch.float8_e4m3fn) == 0
    assert rounded(1.1 * 2.0**-10, torch.float8_e4m3fn) == 2.0**-9
    assert torch.finfo(torch.float8_e5m2).max == 57344


def test_log_of_one_minus_a_saturated_sigmoid() -> None:
    p = torch.tensor(9.0).sigmoid()
    assert p < 1
    assert p.bfloat16() == 1
    assert (1 - p.bfloat16()).log().isinf()


def test_tf32_defaults() -> None:
    assert torch.get_float32_matmul_precision() == "highest"
    assert torch.backends.cudnn.allow_tf32
