"""Pictures of formulas that people know from papers in display style, one for each."""

from textwrap import dedent
from typing import NamedTuple

import pytest

from studyapp.tex import problems, render, unknown_commands


class Golden(NamedTuple):
    name: str
    source: str
    picture: str


GOLDENS = [
    Golden(
        "ddim",
        r"""x_{t-1} = \sqrt{\bar\alpha_{t-1}} \left( \frac{x_t -
        \sqrt{1-\bar\alpha_t}\,\epsilon_\theta(x_t, t)}{\sqrt{\bar\alpha_t}} \right) +
        \sqrt{1-\bar\alpha_{t-1}-\sigma_t^2}\cdot \epsilon_\theta(x_t,t) + \sigma_t \epsilon""",
        """
                     ⎛xₜ - √(1 - ᾱₜ) ε_θ(xₜ, t)⎞    ______________
        xₜ₋₁ = √ᾱₜ₋₁ ⎜─────────────────────────⎟ + √1 - ᾱₜ₋₁ - σₜ² · ε_θ(xₜ, t) + σₜε
                     ⎝           √ᾱₜ           ⎠
        """,
    ),
    Golden(
        "attention",
        r"""\operatorname{Attention}(Q,K,V) =
        \operatorname{softmax}\left(\frac{QK^\top}{\sqrt{d_k}}\right)V""",
        """
                                    ⎛QKᵀ⎞
        Attention(Q, K, V) = softmax⎜───⎟ V
                                    ⎝√dₖ⎠
        """,
    ),
    Golden(
        "gumbel_softmax",
        r"""p_{\pi,\tau}(y_1,\ldots,y_k) = \Gamma(k)\,\tau^{k-1} \left( \sum_{i=1}^k
        \frac{\pi_i}{y_i^\tau} \right)^{-k} \prod_{i=1}^{k} \frac{\pi_i}{y_i^{\tau+1}}""",
        """
                                   ⎛ k   πᵢ ⎞⁻ᵏ  k   πᵢ
        p   (y₁, …, yₖ) = Γ(k) τᵏ⁻¹⎜ ∑  ────⎟    ∏  ────
         π,τ                       ⎝i=1 yᵢ^τ⎠   i=1  τ+1
                                                    yᵢ
        """,
    ),
    Golden(
        "elbo",
        r"""\log p_\theta(x) \ge \mathbb{E}_{z \sim q_\phi(z \mid x)}\left[\log p_\theta(x \mid
        z)\right] - D_{\mathrm{KL}}\big(q_\phi(z \mid x) \,\|\, p(z)\big)""",
        """
        log p_θ(x) ≥ 𝔼          [log p_θ(x | z)] - D_KL(q_φ(z | x) ‖ p(z))
                      z∼q_φ(z|x)
        """,
    ),
    Golden(
        "reverse_sde",
        r"""\mathrm{d}x = \left[f(x,t) - g(t)^2 \nabla_x \log p_t(x)\right]\mathrm{d}t +
        g(t)\,\mathrm{d}\bar{w}""",
        """
        dx = [f(x, t) - g(t)² ∇ₓ log pₜ(x)] dt + g(t) dw̄
        """,
    ),
    Golden(
        "log_sum_exp",
        r"\log\sum_{i=1}^n e^{x_i} = m + \log\sum_{i=1}^n \exp(x_i - m), \quad m = \max_i x_i",
        """
             n   xᵢ            n
        log  ∑  e   = m + log  ∑  exp(xᵢ - m),  m = max xᵢ
            i=1               i=1                    i
        """,
    ),
    Golden(
        "ring_all_reduce",
        r"T = 2(N-1)\left(\alpha + \frac{S}{N\beta}\right) \approx \frac{2(N-1)}{N}\cdot\frac{S}{\beta}",
        """
                    ⎛    S ⎞   2(N - 1)    S
        T = 2(N - 1)⎜α + ──⎟ ≈ ──────── · ───
                    ⎝    Nβ⎠      N        β
        """,
    ),
    Golden(
        "arcface",
        r"""L = -\frac{1}{N}\sum_{i=1}^{N} \log
        \frac{e^{s\cos(\theta_{y_i}+m)}}{e^{s\cos(\theta_{y_i}+m)} + \sum_{j\ne y_i}
        e^{s\cos\theta_j}}""",
        """
                                    s cos(θ_yᵢ+m)
               1   N               e
        L = - ───  ∑  log ────────────────────────────────
               N  i=1      s cos(θ_yᵢ+m)          s cos θⱼ
                          e              + ∑     e
                                            j≠yᵢ
        """,
    ),
    Golden(
        "normal density",
        r"""\mathcal{N}(x;\mu,\sigma^2) = \frac{1}{\sqrt{2\pi\sigma^2}}
        \exp\left(-\frac{(x-\mu)^2}{2\sigma^2}\right)""",
        """
                         1       ⎛  (x - μ)²⎞
        N(x; μ, σ²) = ─────── exp⎜- ────────⎟
                      √(2πσ²)    ⎝    2σ²   ⎠
        """,
    ),
    Golden(
        "change of variables",
        r"p_x(x) = p_z(f(x)) \left| \det \frac{\partial f(x)}{\partial x^\top} \right|",
        """
                         │    ∂f(x)│
        pₓ(x) = p_z(f(x))│det ─────│
                         │     ∂xᵀ │
        """,
    ),
    Golden(
        "score function",
        r"""\begin{aligned} \nabla_\theta \mathbb{E}_{p_\theta}[f(z)] &= \int f(z) \nabla_\theta
        p_\theta(z)\,dz \\ &= \mathbb{E}_{p_\theta}\left[f(z)\,\nabla_\theta \log p_\theta(z)\right]
        \\ &\approx \frac{1}{K}\sum_{k=1}^K f(z_k)\nabla_\theta\log p_\theta(z_k) \end{aligned}""",
        """
        ∇_θ 𝔼   [f(z)] = ∫ f(z) ∇_θ p_θ(z) dz
             p_θ

                       = 𝔼   [f(z) ∇_θ log p_θ(z)]
                          p_θ

                          1   K
                       ≈ ───  ∑  f(zₖ) ∇_θ log p_θ(zₖ)
                          K  k=1
        """,
    ),
    Golden(
        "ddpm posterior",
        r"""q(x_{t-1}\mid x_t,x_0) = \mathcal N\left(x_{t-1};\,
        \frac{\sqrt{\bar\alpha_{t-1}}\beta_t}{1-\bar\alpha_t}x_0 +
        \frac{\sqrt{\alpha_t}(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}x_t,\ \tilde\beta_t I\right)""",
        """
                            ⎛      √ᾱₜ₋₁ βₜ      √αₜ (1 - ᾱₜ₋₁)        ⎞
        q(xₜ₋₁ | xₜ, x₀) = N⎜xₜ₋₁; ──────── x₀ + ────────────── xₜ, β̃ₜI⎟
                            ⎝       1 - ᾱₜ           1 - ᾱₜ            ⎠
        """,
    ),
    Golden(
        "simple loss",
        r"""\mathcal{L}_{\text{simple}} = \mathbb{E}_{t,x_0,\epsilon}\left[\left\|\epsilon -
        \epsilon_\theta\!\left(\sqrt{\bar\alpha_t}x_0 + \sqrt{1-\bar\alpha_t}\epsilon,
        t\right)\right\|^2\right]""",
        """
                                              ______
        ℒ_simple = 𝔼      [‖ε - ε_θ(√ᾱₜ x₀ + √1 - ᾱₜ ε, t)‖²]
                    t,x₀,ε
        """,
    ),
]


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda golden: golden.name)
def test_display_picture(golden: Golden) -> None:
    box = render(golden.source, display=True)
    assert "\n".join(line.rstrip() for line in box.lines).rstrip() == dedent(golden.picture)[1:].rstrip()
    assert unknown_commands(golden.source) == problems(golden.source) == ()
