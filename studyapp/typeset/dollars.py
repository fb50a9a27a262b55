"""Formulas between dollars: mdit_py_plugins' dollarmath, without a fault of its own."""

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.dollarmath.index import math_inline_dollar

_in_text = math_inline_dollar(allow_digits=False, allow_double=True)


def dollar_math(parser: MarkdownIt) -> None:
    """Read `$…$` and `$$…$$`; a digit beside a dollar makes it a price."""
    parser.use(dollarmath_plugin, allow_digits=False, double_inline=True)
    parser.inline.ruler.at("math_inline", _math)


def _math(state: StateInline, silent: bool) -> bool:
    if state.pos:
        return _in_text(state, silent)
    # For the character before the first one the plugin looks at the last one, and would find its digit.
    text = state.src
    state.src = f"{text}\n"
    try:
        return _in_text(state, silent)
    finally:
        state.src = text
