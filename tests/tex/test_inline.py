"""Inline formulas: one row wherever it can be read without doubt."""

import pytest

from studyapp.tex import render

ROWS = {
    # fractions and the parentheses that they need
    r"\frac{a}{b}": "a/b",
    r"\frac{a+b}{c}": "(a + b)/c",
    r"\frac{1}{2\pi}": "1/(2π)",
    r"\frac{p(x)}{q(x)}": "p(x)/q(x)",
    r"\frac{\partial f}{\partial x_i}": "∂f/∂xᵢ",
    r"\frac{-x}{y}": "-x/y",
    r"\frac{a/b}{c}": "(a/b)/c",
    r"\frac12 x^2": "(1/2) x²",
    r"x \cdot \frac{a}{b} + 1": "x · a/b + 1",
    r"\log\frac{p}{q}": "log(p/q)",
    r"\frac1n\sum_i x_i": "(1/n) ∑ᵢ xᵢ",
    # roots
    r"\sqrt{d_k}": "√dₖ",
    r"\sqrt{x+y}": "√(x + y)",
    r"\sqrt{(x+y)}": "√(x+y)".replace("+", " + "),
    r"\sqrt{x^2}": "√(x²)",
    r"\sqrt 2 x": "√2 x",
    # scripts
    r"x^2 + y_i": "x² + yᵢ",
    r"x_{t-1}^{(i)}": "xₜ₋₁⁽ⁱ⁾",
    r"x_{i,j}": "xᵢ,ⱼ",
    r"p_\theta(x)": "p_θ(x)",
    r"p_\theta^2": "p²_θ",
    r"W_Q W_K": "W_Q W_K",
    r"d_{\text{model}} x": "d_model x",
    r"\mathcal{L}_{\mathrm{cls}}": "ℒ_cls",
    r"e^{-x^2/2}": "e^(-x²/2)",
    r"y^\lambda x": "y^λ x",
    r"f'(x) + g''": "f′(x) + g″",
    r"x'_t": "x′ₜ",
    r"W^\top x": "Wᵀx",
    r"A^{-1}, A^\dagger, x^*, 90^\circ": "A⁻¹, A†, x*, 90°",
    r"{}_2F_1": "₂F₁",
    r"\int_0^1 f(x)\,dx": "∫₀¹ f(x) dx",
    r"\sum_{i=1}^n x_i": "∑ᵢ₌₁ⁿ xᵢ",
    r"\max_\theta L": "max_θ L",
    # accents and letters
    r"\hat x, \bar\alpha_t, \tilde{x}, \vec v, \dot x, \ddot x": "x̂, ᾱₜ, x̃, v⃗, ẋ, ẍ",
    r"\bar{\alpha_t}": "ᾱₜ",
    r"\mathbb{E}, \mathbb{R}^n, \mathcal{L}, \mathbf{x}, \boldsymbol\mu, \mathcal{N}(0, I)": (
        "𝔼, ℝⁿ, ℒ, x, μ, N(0, I)"
    ),
    r"\mathbb{1}[y = k]": "𝟙[y = k]",
    # space between atoms
    r"-x+y=-z": "-x + y = -z",
    r"(-1)\times-2": "(-1) × -2",
    r"\log p(x), \exp(x), \sin^2 x": "log p(x), exp(x), sin² x",
    r"a\,=\,b": "a = b",
    r"a\quad b": "a  b",
    r"x\in\mathbb{R}": "x ∈ ℝ",
    r"f: X\to Y": "f : X → Y",
    r"\{1,\ldots,K\}": "{1, …, K}",
    r"1{,}000": "1,000",
    r"a/b": "a/b",
    # bars
    r"|x|+|-y|": "|x| + |-y|",
    r"p(x|y)": "p(x|y)",
    r"p(x \mid y)": "p(x | y)",
    r"\|x\|_2^2": "‖x‖₂²",
    r"\mathrm{KL}(q\|p)": "KL(q ‖ p)",
    # relations, operators, arrows
    r"a \ne b \le c \ll d \approx e \propto f": "a ≠ b ≤ c ≪ d ≈ e ∝ f",
    r"a \not= b \not\in C": "a ≠ b ∉ C",
    r"a \odot b \otimes c \oplus d": "a ⊙ b ⊗ c ⊕ d",
    r"A \Rightarrow B \iff C": "A ⇒ B ⟺ C",
    r"x \mapsto \nabla f, \infty, \ell, \hbar, \Re z": "x ↦ ∇f, ∞, ℓ, ℏ, ℜz",
    r"x \bmod n": "x mod n",
    # text
    r"\text{if } x > 0": "if x > 0",
    r"\text{当 } x \text{ 为真}": "当 x 为真",
    r"\text{with $x_i$ inside}": "with xᵢ inside",
    r"\operatorname{softmax}(x)_i": "softmax(x)ᵢ",
    # cloze marks
    r"x_{\boxed{t-1}} + y^{\boxed{\ldots}}": "x_[t-1] + y^[…]",
    r"a \boxed{=} b": "a [=] b",
    # what cannot be drawn
    r"\foo{a}{b} + x": r"\foo{a}{b} + x",
    r"\frac{a}{b": r"\frac{a}{b",
}


@pytest.mark.parametrize("source", ROWS)
def test_one_row(source: str) -> None:
    assert render(source).lines == (ROWS[source],)


def test_long_fraction_is_stacked() -> None:
    assert render(r"\frac{a_1 + a_2 + a_3 + a_4}{b_1 + b_2 + b_3 + b_4}").height == 3


def test_dfrac_is_stacked_and_tfrac_is_not() -> None:
    assert render(r"\dfrac{a}{b}").height == 3
    assert render(r"\tfrac{a}{b}", display=True).lines == ("a/b",)


def test_displaystyle_puts_limits_above_and_below() -> None:
    assert render(r"\displaystyle\sum_{i=1}^n x_i") == render(r"\sum_{i=1}^n x_i", display=True)


def test_compound_subscript_is_lowered() -> None:
    box = render(r"\mathbb{E}_{z \sim p}[f]")
    assert box.lines == ("𝔼   [f]", " z∼p   ")
    assert box.baseline == 0
