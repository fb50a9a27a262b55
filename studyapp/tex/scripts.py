"""Sub- and superscripts: Unicode characters where each one exists, else raised and lowered boxes."""

from dataclasses import dataclass, replace

from studyapp.tex.box import EMPTY, Box, beside, stack, text_box
from studyapp.tex.items import LETTERS, SCRIPT_STYLE, Item, Level, Style, lay, solid, text_item
from studyapp.tex.nodes import Boxed, Kind, Node, Operator, Ruled, Script, Sized, Symbol, Text, unwrapped

# Greek letters have too few of these characters (and fonts lack some), so they are never mapped: p_θ beside
# qᵩ would read as two different notations.
_SUPERSCRIPTS = dict(
    zip(
        "0123456789+-=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW⊤′″*∗†‡∘°",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵀ′″**†‡°°",
        strict=True,
    )
)
_SUBSCRIPTS = dict(zip("0123456789+-=()aehijklmnoprstuvx,", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ,", strict=True))
_LONGEST_UNICODE = 8
_LONGEST_WORD = 12
_LONGEST_PARENTHESISED = 16
_PRIMES = ("", "′", "″", "‴")
_TALL_INTEGRAL = {"∫": ("⌠", "⎮", "⌡")}


def unicode_superscript(text: str) -> str | None:
    """`text` in superscript characters, or None if one is missing or it is too long to read that small."""
    if len(text) > _LONGEST_UNICODE or not all(char in _SUPERSCRIPTS for char in text):
        return None
    return "".join(_SUPERSCRIPTS[char] for char in text)


def _unicode_subscript(text: str) -> str | None:
    if len(text) > _LONGEST_UNICODE or not all(char in _SUBSCRIPTS for char in text):
        return None
    return "".join(_SUBSCRIPTS[char] for char in text)


def _is_boxed(node: Node) -> bool:
    return isinstance(unwrapped(node), Boxed)


def _is_word(text: str, node: Node) -> bool:
    """Whether a script is a word, which would be hard to read in the tiny letters."""
    return text.isalpha() and len(text) >= (2 if isinstance(unwrapped(node), Text) else 4)


@dataclass(frozen=True, slots=True)
class _Laid:
    """A laid-out script and, if it fits into the row of its base, the text that shows it there."""

    box: Box
    text: str | None

    @property
    def is_linear(self) -> bool:
        """Whether it is written after an underscore or caret."""
        return (self.text or "").startswith(("_", "^"))


def _linear(node: Node, item: Item, mark: str, longest: int) -> str | None:
    """The script in one line as `_θ` or `^[x]`, if it can be told apart from what follows."""
    is_word = (item.text.isalnum() and item.box.width <= longest) or item.text == "∞"
    return mark + item.text if is_word or _is_boxed(node) else None


def _laid_sub(node: Node) -> _Laid:
    item = lay(node, SCRIPT_STYLE)
    if not item.is_row:
        return _Laid(item.box, None)
    small = None if _is_word(item.text, node) else _unicode_subscript(item.text)
    return _Laid(item.box, small or _linear(node, item, "_", _LONGEST_WORD))


def _laid_sup(node: Node, style: Style) -> _Laid:
    item = lay(node, SCRIPT_STYLE)
    if not item.is_row:
        return _Laid(item.box, None)
    text = unicode_superscript(item.text)
    if text is None and not style.display:
        text = _linear(node, item, "^", 1)
    if text is None and style.linear:
        text = _parenthesised(item)
    return _Laid(item.box, text)


def _parenthesised(item: Item) -> str | None:
    """A superscript that is too long for an underscore-like notation, as in e^(-x²/2)."""
    if item.box.width > _LONGEST_PARENTHESISED:
        return None
    return f"^{item.text}" if item.text.startswith("(") and item.level is Level.ATOM else f"^({item.text})"


def _column(rows: dict[int, str]) -> Box:
    """A box of left-aligned texts, given by their row relative to the baseline."""
    if not rows:
        return EMPTY
    first, last = min(0, *rows), max(0, *rows)
    boxes = [text_box(rows.get(row, "")) for row in range(first, last + 1)]
    return stack(boxes, on=-first, align="left")


def attached(base: Item, script: Script, style: Style) -> Item:
    """The base with its scripts to the right: on the corners of a tall one, else beside, above and below."""
    box = base.box
    sub = _laid_sub(script.sub) if script.sub else None
    sup = _laid_sup(script.sup, style) if script.sup else None
    if sub and sup and sub.text is None and sup.is_linear:
        sup = _Laid(sup.box, None)
    primes = _PRIMES[script.primes] if script.primes < len(_PRIMES) else "′" * script.primes
    rows = {-box.baseline: primes} if primes else {}
    # A word goes last (p²_θ), so that nothing can be read as a part of it.
    order = [(sub, box.below, 1), (sup, -box.baseline, -1)]
    for laid, corner, outwards in reversed(order) if sub and sub.is_linear else order:
        if laid is not None:
            _place(rows, laid, corner, outwards)
    is_linear = any(laid is not None and laid.is_linear for laid in (sub, sup))
    return replace(
        base,
        box=beside([box, _column(rows)]),
        level=min(base.level, Level.APPLY) if sup or primes else base.level,
        apart_from=LETTERS if is_linear or base.kind is Kind.CLOSE else frozenset(),
        scripts=None,
    )


def _place(rows: dict[int, str], laid: _Laid, corner: int, outwards: int) -> None:
    """Write a script into the rows of its column: in the corner row of its base, or beyond the baseline."""
    if laid.text is not None:
        rows[corner] = rows.get(corner, "") + laid.text
        return
    nearest = corner or outwards
    first = nearest if outwards > 0 else nearest - laid.box.height + 1
    for index, line in enumerate(laid.box.lines):
        rows[first + index] = rows.get(first + index, "") + line


def _with_limits(base: Item, script: Script) -> Item:
    boxes, on = [base.box], 0
    if script.sup:
        boxes.insert(0, lay(script.sup, SCRIPT_STYLE).box)
        on = 1
    if script.sub:
        boxes.append(lay(script.sub, SCRIPT_STYLE).box)
    box = stack(boxes, on=on)
    kind = base.kind or Kind.ORD
    if base.named:
        return replace(base, box=box)
    return solid(box, kind, base.level)


def _braced(base: Ruled, script: Script, style: Style) -> Item:
    """The label of an overbrace or underbrace goes beyond the brace."""
    item = lay(base, style)
    label = script.sup if base.over else script.sub
    if label is None:
        return attached(item, script, style)
    small = lay(label, SCRIPT_STYLE).box
    box = stack([small, item.box], on=1) if base.over else stack([item.box, small], on=0)
    return replace(item, box=box)


def is_delimiter(node: Node | None) -> bool:
    """Whether a node is a delimiter whose height depends on what it encloses."""
    if isinstance(node, Symbol):
        return node.kind in {Kind.OPEN, Kind.CLOSE} or (node.kind is Kind.ORD and node.text in {"|", "‖"})
    return isinstance(node, Sized)


@lay.register
def _(node: Script, style: Style) -> Item:
    base = node.base
    if base is None:
        return attached(Item(EMPTY), node, style)
    if is_delimiter(base):
        return replace(lay(base, style), scripts=node)
    if isinstance(base, Operator) and style.display:
        return _display_operator(base, node, style)
    if isinstance(base, Ruled) and base.brace:
        return _braced(base, node, style)
    item = lay(base, style)
    return attached(replace(item, kind=item.kind or Kind.ORD), node, style)


def _display_operator(base: Operator, script: Script, style: Style) -> Item:
    item = lay(base, style)
    if base.limits:
        return _with_limits(item, script)
    if base.text in _TALL_INTEGRAL:
        tall = solid(Box(_TALL_INTEGRAL[base.text], 1, 1), Kind.OP)
        return _integral(tall, script)
    return attached(item, script, style)


def _integral(tall: Item, script: Script) -> Item:
    """A three-row integral sign with its limits, in full size, at its ends."""
    rows: dict[int, str] = {}
    for limit, outwards in ((script.sup, -1), (script.sub, 1)):
        if limit is not None:
            _place(rows, _Laid(lay(limit, SCRIPT_STYLE).box, None), outwards, outwards)
    return replace(tall, box=beside([tall.box, _column(rows)]))


@lay.register
def _(node: Sized, _style: Style) -> Item:
    return Item(text_box(node.text), node.kind, glyph=node.text, rows=node.rows)


@lay.register
def _(node: Symbol, _style: Style) -> Item:
    item = text_item(node.text, node.kind)
    return replace(item, glyph=node.text) if is_delimiter(node) else item


@lay.register
def _(node: Operator, _style: Style) -> Item:
    return Item(text_box(node.text), Kind.OP, named=not node.large)
