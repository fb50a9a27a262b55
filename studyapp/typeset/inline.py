"""Inline Markdown → flow."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studyapp.tex import render
from studyapp.typeset.flow import Flow, Token
from studyapp.typeset.spans import Role, Style

if TYPE_CHECKING:
    from markdown_it.token import Token as MarkdownToken

_ROLES: dict[str, Role] = {"strong": "strong", "em": "emphasis", "link": "link"}
_LONGEST_SHOWN_URL = 40
_SHOWN_SCHEMES = ("http://", "https://", "mailto:")


def inline_tokens(children: Sequence["MarkdownToken"], style: Style, *, raw_math: bool) -> list[Token]:
    """The words of a paragraph, heading or cell in the style of its block."""
    writer = _Writer(style, raw_math=raw_math)
    for child in children:
        writer.write(child)
    return writer.flow.finish()


class _Writer:
    def __init__(self, style: Style, *, raw_math: bool) -> None:
        self.flow = Flow()
        self._styles = [style]
        self._raw_math = raw_math
        self._links: list[str] = []
        self._link_text = ""

    def write(self, token: "MarkdownToken") -> None:
        style = self._styles[-1]
        match token.type:
            case "text":
                self._link_text += token.content
                self.flow.text(token.content, style)
            case "code_inline":
                self._link_text += token.content
                self.flow.text(token.content, (*style, "code"), verbatim=True)
            case "math_inline":
                self._math(token.content, (*style, "math"))
            case "math_inline_double":
                self._display_math(token.content, (*style, "math"))
            case "softbreak":
                self.flow.soft_break()
            case "hardbreak":
                self.flow.hard_break()
            case "image":
                self.flow.text(f"▣ {token.content}", (*style, "dim"))
            case "html_inline":
                self._html(token.content, style)
            case _ if token.nesting > 0:
                self._open(token)
            case _ if token.nesting < 0:
                self._close(token)

    def _math(self, source: str, style: Style) -> None:
        if self._raw_math:
            self.flow.text(f"${source}$", style, verbatim=True)
        else:
            self.flow.box(render(source.strip()), style)

    def _display_math(self, source: str, style: Style) -> None:
        """`$$…$$` without a blank line before it is part of a paragraph, but still meant to stand alone."""
        self.flow.hard_break()
        if self._raw_math:
            self.flow.text(f"$${source}$$", style, verbatim=True)
        else:
            self.flow.box(render(source.strip(), display=True), style)
        self.flow.hard_break()

    def _html(self, source: str, style: Style) -> None:
        if source.replace(" ", "").rstrip("/>") == "<br":
            self.flow.hard_break()
        elif not source.startswith("<!--"):
            self.flow.text(source, (*style, "dim"))

    def _open(self, token: "MarkdownToken") -> None:
        role = _ROLES.get(token.type.removesuffix("_open"))
        self._styles.append((*self._styles[-1], role) if role else self._styles[-1])
        if role == "link":
            self._links.append(str(token.attrs.get("href", "")))
            self._link_text = ""

    def _close(self, token: "MarkdownToken") -> None:
        if len(self._styles) > 1:
            self._styles.pop()
        if token.type == "link_close" and self._links:
            self._show_url(self._links.pop())

    def _show_url(self, url: str) -> None:
        bare = url.removeprefix("mailto:")
        is_shown = url.startswith(_SHOWN_SCHEMES) and len(bare) <= _LONGEST_SHOWN_URL
        if is_shown and self._link_text not in {url, bare}:
            self.flow.text(f" {bare}", (*self._styles[-1], "dim"))
