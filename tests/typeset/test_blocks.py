"""What each kind of Markdown block looks like in a narrow and in a wide view."""

from textwrap import dedent
from typing import NamedTuple

import pytest

from studyapp.typeset import typeset


class Golden(NamedTuple):
    name: str
    width: int
    markdown: str
    picture: str


GOLDENS = [
    Golden(
        "paragraph",
        40,
        dedent(
            """
            The reverse process is a *Markov chain*, so sampling
            needs **every** one of its `1000` steps.
            """
        ),
        """
            |The reverse process is a Markov chain,
            |so sampling needs every one of its 1000
            |steps.
            """,
    ),
    Golden(
        "paragraph",
        80,
        dedent(
            """
            The reverse process is a *Markov chain*, so sampling
            needs **every** one of its `1000` steps.
            """
        ),
        """
            |The reverse process is a Markov chain, so sampling needs every one of its 1000
            |steps.
            """,
    ),
    Golden(
        "inline math",
        40,
        dedent(
            r"""
            With $\eta = 0$ the update $x_{t-1} = f(x_t)$, being deterministic, can be inverted.
            """
        ),
        """
            |With η = 0 the update xₜ₋₁ = f(xₜ),
            |being deterministic, can be inverted.
            """,
    ),
    Golden(
        "tall inline math shares a baseline",
        40,
        dedent(
            r"""
            The rotation $\begin{pmatrix} c & -s \\ s & c \end{pmatrix}$ and $\mathbb{E}_{z \sim p}[f]$
            stand in one line of text.
            """
        ),
        """
            |The rotation ⎛c  -s⎞ and 𝔼   [f] stand
            |             ⎝s  c ⎠      z∼p
            |in one line of text.
            """,
    ),
    Golden(
        "long inline math breaks before relations",
        40,
        dedent(
            r"""
            So $q(x_{t-1} \mid x_t, x_0) = f(x_t, x_0) + g(x_t) \approx h(x_t) + \log p_\theta(x_t)$.
            """
        ),
        """
            |So q(xₜ₋₁ | xₜ, x₀) = f(xₜ, x₀) + g(xₜ)
            |≈ h(xₜ) + log p_θ(xₜ).
            """,
    ),
    Golden(
        "Chinese",
        40,
        dedent(
            """
            反向过程是马尔可夫链，因此采样需要一千步（每一步都要前一步的结果），而 DDIM 不需要。
            下一行 $x_t$ 接着写。
            """
        ),
        """
            |反向过程是马尔可夫链，因此采样需要一千步
            |（每一步都要前一步的结果），而 DDIM 不需
            |要。下一行 xₜ 接着写。
            """,
    ),
    Golden(
        "display math is centred",
        40,
        dedent(
            r"""
            The loss is

            $$
            \frac{1}{N}\sum_{i=1}^N \ell_i
            $$

            as before.
            """
        ),
        """
            |The loss is
            |
            |                1   N
            |               ───  ∑  ℓᵢ
            |                N  i=1
            |
            |as before.
            """,
    ),
    Golden(
        "display math is centred",
        80,
        dedent(
            r"""
            The loss is

            $$
            \frac{1}{N}\sum_{i=1}^N \ell_i
            $$

            as before.
            """
        ),
        """
            |The loss is
            |
            |                                    1   N
            |                                   ───  ∑  ℓᵢ
            |                                    N  i=1
            |
            |as before.
            """,
    ),
    Golden(
        "display math inside a paragraph",
        40,
        dedent(
            r"""
            The loss is
            $$\frac{a}{b}$$
            as before.
            """
        ),
        """
            |The loss is
            | a
            |───
            | b
            |as before.
            """,
    ),
    Golden(
        "bullet list",
        40,
        dedent(
            r"""
            - a first item that is too long for one line of the view
            - second
              - nested $x^2$
            - $\begin{pmatrix}1\\2\end{pmatrix}$ tall
            """
        ),
        """
            |• a first item that is too long for one
            |  line of the view
            |• second
            |  ◦ nested x²
            |• ⎛1⎞ tall
            |  ⎝2⎠
            """,
    ),
    Golden(
        "ordered list",
        40,
        dedent(
            """
            9. nine
            10. ten items that do not fit into one line
            """
        ),
        """
            | 9. nine
            |10. ten items that do not fit into one
            |    line
            """,
    ),
    Golden(
        "loose list",
        40,
        dedent(
            """
            - one

              more of one

            - two
            """
        ),
        """
            |• one
            |
            |  more of one
            |
            |• two
            """,
    ),
    Golden(
        "block quote",
        40,
        dedent(
            """
            > A quote that is long enough to be wrapped once.
            >
            > - inside
            """
        ),
        """
            |│ A quote that is long enough to be
            |│ wrapped once.
            |│
            |│ • inside
            """,
    ),
    Golden(
        "fenced code",
        40,
        dedent(
            """
            ```python
            def f(x):
                return x[::-1]
            ```
            """
        ),
        """
            |  def f(x):
            |      return x[::-1]
            """,
    ),
    Golden(
        "table",
        40,
        dedent(
            r"""
            | loss | value |
            |:--|--:|
            | `mse` | $\frac{a}{b}$ |
            | hinge | 10 |
            """
        ),
        """
            |┌───────┬───────┐
            |│ loss  │ value │
            |├───────┼───────┤
            |│ mse   │   a/b │
            |│ hinge │    10 │
            |└───────┴───────┘
            """,
    ),
    Golden(
        "table that wraps",
        40,
        dedent(
            """
            | method | what it costs |
            |--|--|
            | brute force | compares every element of each window anew |
            """
        ),
        """
            |┌─────────────┬────────────────────────┐
            |│ method      │ what it costs          │
            |├─────────────┼────────────────────────┤
            |│ brute force │ compares every element │
            |│             │ of each window anew    │
            |└─────────────┴────────────────────────┘
            """,
    ),
    Golden(
        "heading and rule",
        40,
        dedent(
            """
            ## The *update*

            text

            ---
            """
        ),
        """
            |The update
            |
            |text
            |
            |────────────────────────────────────────
            """,
    ),
    Golden(
        "links",
        80,
        dedent(
            """
            See [the paper](https://arxiv.org/abs/2010.02502), <https://x.org> and [a note](ddim.md).
            """
        ),
        """
            |See the paper https://arxiv.org/abs/2010.02502, https://x.org and a note.
            """,
    ),
    Golden(
        "image",
        40,
        "![a diagram](x.png)",
        """
            |▣ a diagram
            """,
    ),
    Golden(
        "hard break",
        40,
        "one  \ntwo\\\nthree",
        """
            |one
            |two
            |three
            """,
    ),
    Golden(
        "labelled equation",
        40,
        dedent(
            """
            $$
            a = b
            $$ (eq1)
            """
        ),
        """
            |                 a = b  (eq1)
            """,
    ),
]


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda golden: f"{golden.name}-{golden.width}")
def test_picture(golden: Golden) -> None:
    lines = typeset(golden.markdown, golden.width)
    assert "\n".join(f"|{line.text}" for line in lines) == dedent(golden.picture).strip()
    assert all(line.width <= golden.width for line in lines)
