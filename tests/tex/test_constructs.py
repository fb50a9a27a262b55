"""Pictures of constructs in display style, one for each."""

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
        "fraction",
        r"\frac{a+b}{c}",
        """
        a + b
        ─────
          c
        """,
    ),
    Golden(
        "fraction of one letter is longer than a minus",
        r"-\frac{1}{N}",
        """
           1
        - ───
           N
        """,
    ),
    Golden(
        "nested fraction",
        r"\frac{1}{1+\frac{1}{x}}",
        """
           1
        ───────
        1 + 1/x
        """,
    ),
    Golden(
        "nested stacked fraction",
        r"\frac{\dfrac{a}{b}}{c}",
        """
          a
         ───
          b
        ─────
          c
        """,
    ),
    Golden(
        "binomial",
        r"\binom{n}{k} p^k(1-p)^{n-k}",
        """
        ⎛n⎞ pᵏ(1 - p)ⁿ⁻ᵏ
        ⎝k⎠
        """,
    ),
    Golden(
        "square root of a letter",
        r"\sqrt{d_k}",
        """
        √dₖ
        """,
    ),
    Golden(
        "root with a roof",
        r"2\sqrt{x+y}\,z",
        """
          _____
        2√x + y z
        """,
    ),
    Golden(
        "root of a fraction",
        r"\sqrt{\frac{a}{b}}",
        """
         ┌───
         │ a
         │───
        ╲│ b
        """,
    ),
    Golden(
        "roots with an index",
        r"\sqrt[3]{x} + \sqrt[n]{\frac{a}{b}}",
        """
              n ┌───
                │ a
        ³√x +   │───
               ╲│ b
        """,
    ),
    Golden(
        "scripts in Unicode",
        r"x_i^2 + x_{t-1}^{(k)} + e^{-x}",
        """
        xᵢ² + xₜ₋₁⁽ᵏ⁾ + e⁻ˣ
        """,
    ),
    Golden(
        "stacked scripts",
        r"x_{\pi,\tau}^{\theta+1}",
        """
         θ+1
        x
         π,τ
        """,
    ),
    Golden(
        "one script in the row, one raised",
        r"x_i^{\theta+1}",
        """
         θ+1
        xᵢ
        """,
    ),
    Golden(
        "script on a tall fence",
        r"\left(\frac{a}{b}\right)^2",
        """
        ⎛ a ⎞²
        ⎜───⎟
        ⎝ b ⎠
        """,
    ),
    Golden(
        "sum and product with limits",
        r"\sum_{i=1}^n x_i \prod_t y_t",
        """
         n
         ∑  xᵢ ∏ yₜ
        i=1    t
        """,
    ),
    Golden(
        "limits on several lines",
        r"\sum_{\substack{i=1\\ j\ne i}}^n a_{ij}",
        """
         n
         ∑  aᵢⱼ
        i=1
        j≠i
        """,
    ),
    Golden(
        "union",
        r"\bigcup_{k=1}^K C_k",
        """
         K
         ⋃  Cₖ
        k=1
        """,
    ),
    Golden(
        "integral with limits",
        r"\int_{-\infty}^{\infty} f(x)\,dx",
        """
        ⌠∞
        ⎮   f(x) dx
        ⌡-∞
        """,
    ),
    Golden(
        "integral without limits",
        r"\int f(x)\,dx",
        """
        ∫ f(x) dx
        """,
    ),
    Golden(
        "contour integral",
        r"\oint_C F",
        """
        ∮_C F
        """,
    ),
    Golden(
        "limit of a named operator",
        r"\lim_{\tau\to 0} f",
        """
        lim f
        τ→0
        """,
    ),
    Golden(
        "arg max",
        r"\arg\max_{k} g_k",
        """
        arg max gₖ
           k
        """,
    ),
    Golden(
        "starred operator name",
        r"\operatorname*{arg\,min}_{x\in X} f(x)",
        """
        arg min f(x)
          x∈X
        """,
    ),
    Golden(
        "wide accents",
        r"\widehat{xyz} + \overline{AB} + \underline{xy}",
        """
         ^    __
        xyz + AB + xy
                   ‾‾
        """,
    ),
    Golden(
        "underbrace",
        r"\underbrace{a + b + c}_{\text{sum}} - d",
        """
        a + b + c - d
        ╰───┬───╯
           sum
        """,
    ),
    Golden(
        "overbrace",
        r"\overbrace{a+b+c}^{n}",
        """
            n
        ╭───┴───╮
        a + b + c
        """,
    ),
    Golden(
        "parentheses grow",
        r"\left(\frac{a}{b}\right)",
        """
        ⎛ a ⎞
        ⎜───⎟
        ⎝ b ⎠
        """,
    ),
    Golden(
        "plain parentheses grow, too",
        r"f(\frac{a}{b})",
        """
         ⎛ a ⎞
        f⎜───⎟
         ⎝ b ⎠
        """,
    ),
    Golden(
        "brackets and braces grow",
        r"\left[\frac{a}{b}\right] \left\{\frac{a}{b}\right\}",
        """
        ⎡ a ⎤⎧ a ⎫
        ⎢───⎥⎨───⎬
        ⎣ b ⎦⎩ b ⎭
        """,
    ),
    Golden(
        "norms and floors grow",
        r"""\left\lVert\frac{a}{b}\right\rVert \left\lfloor\frac{a}{b}\right\rfloor
        \left\lceil\frac{a}{b}\right\rceil""",
        """
        ║ a ║⎢ a ⎥⎡ a ⎤
        ║───║⎢───⎥⎢───⎥
        ║ b ║⎣ b ⎦⎢ b ⎥
        """,
    ),
    Golden(
        "angles grow",
        r"\left\langle\frac{a}{b}, x\right\rangle",
        """
         ╱ a    ╲
        ⟨ ───, x ⟩
         ╲ b    ╱
        """,
    ),
    Golden(
        "invisible delimiter",
        r"\left.\frac{\partial L}{\partial w}\right|_{w=0}",
        """
        ∂L│
        ──│
        ∂w│w=0
        """,
    ),
    Golden(
        "middle delimiter",
        r"\left(x \,\middle|\, \frac{a}{b}\right)",
        """
        ⎛  │  a ⎞
        ⎜x │ ───⎟
        ⎝  │  b ⎠
        """,
    ),
    Golden(
        "a pair of big delimiters grows",
        r"\Big(\sum_{i=1}^n x_i\Big)^2",
        """
        ⎛ n    ⎞²
        ⎜ ∑  xᵢ⎟
        ⎝i=1   ⎠
        """,
    ),
    Golden(
        "parentheses do not grow for scripts alone",
        r"\left(e^{x_i}\right)",
        """
          xᵢ
        (e  )
        """,
    ),
    Golden(
        "matrices",
        r"""\begin{pmatrix} a & b \\ c & d \end{pmatrix} \begin{bmatrix} 1 & 0 \\ 0 & 1 \end{bmatrix}
        \begin{vmatrix} x \\ y \end{vmatrix}""",
        """
        ⎛a  b⎞ ⎡1  0⎤ │x│
        ⎝c  d⎠ ⎣0  1⎦ │y│
        """,
    ),
    Golden(
        "cases",
        r"f(x) = \begin{cases} x & \text{if } x > 0 \\ \alpha(e^x - 1) & \text{otherwise} \end{cases}",
        """
               ⎧ x           if x > 0
        f(x) = ⎨
               ⎩ α(eˣ - 1)   otherwise
        """,
    ),
    Golden(
        "aligned",
        r"\begin{aligned} a + b &= c \\ d &\approx e - f \end{aligned}",
        """
        a + b = c
            d ≈ e - f
        """,
    ),
    Golden(
        "aligned with tall rows",
        r"\begin{aligned} a &= \frac{1}{2} \\ &= b \end{aligned}",
        """
             1
        a = ───
             2

          = b
        """,
    ),
    Golden(
        "array",
        r"\begin{array}{l|r} a & 10 \\ bb & 2 \end{array}",
        """
        a  │ 10
        bb │  2
        """,
    ),
    Golden(
        "lines without an environment",
        r"a = b \\ c",
        """
        a = b
        c
        """,
    ),
    Golden(
        "overset and stackrel",
        r"f \overset{\text{def}}{=} X \stackrel{d}{\to} \underset{x}{\max}",
        """
          def   d
        f  =  X → max
                   x
        """,
    ),
    Golden(
        "arrow with labels",
        r"X \xrightarrow[n]{\text{long}} Y",
        """
           long
        X ──────→ Y
             n
        """,
    ),
    Golden(
        "boxed",
        r"y = \boxed{\frac{a}{b}} + \boxed{\ldots}",
        """
            ⎡ a ⎤
        y = ⎢───⎥ + […]
            ⎣ b ⎦
        """,
    ),
    Golden(
        "boxed in scripts",
        r"x_{\boxed{t-1}} = \sum_{i=1}^{\boxed{\text{提示}}} y",
        """
                  [提示]
        x_[t-1] =   ∑    y
                   i=1
        """,
    ),
    Golden(
        "boxed covers scripts",
        r"\boxed{e^{x_i}}",
        """
        ⎡ xᵢ⎤
        ⎣e  ⎦
        """,
    ),
    Golden(
        "tag",
        r"E = mc^2 \tag{1}",
        """
        E = mc²    (1)
        """,
    ),
    Golden(
        "Chinese",
        r"\text{若 } x > 0 \text{ 则 } \frac{\text{分子}}{2}",
        """
                     分子
        若 x > 0 则  ────
                      2
        """,
    ),
]


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda golden: golden.name)
def test_display_picture(golden: Golden) -> None:
    box = render(golden.source, display=True)
    assert "\n".join(line.rstrip() for line in box.lines).rstrip() == dedent(golden.picture)[1:].rstrip()
    assert unknown_commands(golden.source) == problems(golden.source) == ()
