"""The commands that stand for one symbol, and the characters that have a kind of their own."""

from studyapp.tex.nodes import Kind, Operator, Symbol


def words(table: str) -> list[str]:
    """The words of a table."""
    return table.split()


def _pairs(table: str) -> dict[str, str]:
    words = table.split()
    return dict(zip(words[::2], words[1::2], strict=True))


_GREEK = _pairs("""
alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ
varkappa ϰ lambda λ mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ
upsilon υ phi φ varphi φ chi χ psi ψ omega ω
Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω
varGamma Γ varDelta Δ varTheta Θ varLambda Λ varPhi Φ varPsi Ψ varOmega Ω
""")

_ORDINARY = _pairs("""
nabla ∇ partial ∂ infty ∞ ell ℓ hbar ℏ Re ℜ Im ℑ imath ı jmath ȷ aleph ℵ wp ℘ prime ′ forall ∀ exists ∃
nexists ∄ neg ¬ lnot ¬ emptyset ∅ varnothing ∅ top ⊤ bot ⊥ angle ∠ triangle △ square □ Box □ blacksquare ■
diamondsuit ♢ heartsuit ♡ spadesuit ♠ clubsuit ♣ flat ♭ sharp ♯ natural ♮ checkmark ✓ degree ° dag † ddag ‡
S § P ¶ copyright © pounds £ ldots … dots … dotsc … dotso … cdots ⋯ dotsb ⋯ dotsm ⋯ dotsi ⋯ vdots ⋮ ddots ⋱
backslash \\ _ _ % % # # & & $ $ colon : complement ∁ mho ℧ eth ð surd √
""")

_BINARY = _pairs("""
pm ± mp ∓ times × div ÷ cdot · ast ∗ star ⋆ circ ∘ bullet • cap ∩ cup ∪ sqcap ⊓ sqcup ⊔ vee ∨ lor ∨ wedge ∧
land ∧ setminus ∖ smallsetminus ∖ wr ≀ oplus ⊕ ominus ⊖ otimes ⊗ oslash ⊘ odot ⊙ dagger † ddagger ‡ amalg ⨿
uplus ⊎ diamond ⋄ boxplus ⊞ boxtimes ⊠ boxdot ⊡ ltimes ⋉ rtimes ⋊ bmod mod
""")

_RELATIONS = _pairs("""
le ≤ leq ≤ leqslant ≤ ge ≥ geq ≥ geqslant ≥ lt < gt > ne ≠ neq ≠ ll ≪ gg ≫ equiv ≡ sim ∼ simeq ≃ approx ≈
cong ≅ propto ∝ varpropto ∝ doteq ≐ triangleq ≜ coloneqq ≔ coloneq ≔ eqqcolon ≕ asymp ≍ in ∈ notin ∉ ni ∋
subset ⊂ supset ⊃ subseteq ⊆ supseteq ⊇ subsetneq ⊊ supsetneq ⊋ sqsubseteq ⊑ prec ≺ succ ≻ preceq ⪯
succeq ⪰ lesssim ≲ gtrsim ≳ mid | nmid ∤ parallel ∥ nparallel ∦ perp ⊥ vdash ⊢ dashv ⊣ models ⊨ vDash ⊨
Vdash ⊩ therefore ∴ because ∵ to → rightarrow → longrightarrow ⟶ leftarrow ← gets ← longleftarrow ⟵
leftrightarrow ↔ longleftrightarrow ⟷ Rightarrow ⇒ Longrightarrow ⟹ implies ⟹ Leftarrow ⇐ Longleftarrow ⟸
impliedby ⟸ Leftrightarrow ⇔ Longleftrightarrow ⟺ iff ⟺ mapsto ↦ longmapsto ⟼ uparrow ↑ downarrow ↓
updownarrow ↕ Uparrow ⇑ Downarrow ⇓ nearrow ↗ searrow ↘ swarrow ↙ nwarrow ↖ hookrightarrow ↪
hookleftarrow ↩ rightharpoonup ⇀ leftharpoonup ↼ rightleftharpoons ⇌ rightsquigarrow ⇝ leadsto ⇝
upharpoonright ↾ nrightarrow ↛
""")

_OPENING = _pairs("lbrace { lbrack [ langle ⟨ lfloor ⌊ lceil ⌈ lvert | lVert ‖ lgroup ( llbracket ⟦ { {")
_CLOSING = _pairs("rbrace } rbrack ] rangle ⟩ rfloor ⌋ rceil ⌉ rvert | rVert ‖ rgroup ) rrbracket ⟧ } }")
_BARS = _pairs("vert | Vert ‖ | ‖")

_LARGE = _pairs("""
sum ∑ prod ∏ coprod ∐ bigcup ⋃ bigcap ⋂ bigsqcup ⨆ bigvee ⋁ bigwedge ⋀ bigoplus ⨁ bigotimes ⨂ bigodot ⨀
biguplus ⨄
""")
_INTEGRALS = _pairs("int ∫ iint ∬ iiint ∭ oint ∮ oiint ∯")
_FUNCTIONS = words("""
log ln lg exp sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh coth deg dim hom ker sgn erf
""")
_LIMIT_FUNCTIONS = words("lim max min sup inf det gcd Pr limsup liminf argmax argmin plim")
_SPACED_NAMES = {
    "limsup": "lim sup",
    "liminf": "lim inf",
    "argmax": "arg max",
    "argmin": "arg min",
    "plim": "plim",
}

COMMAND_SYMBOLS: dict[str, Symbol] = {
    **{name: Symbol(text) for name, text in (_GREEK | _ORDINARY | _BARS).items()},
    **{name: Symbol(text, Kind.BIN) for name, text in _BINARY.items()},
    **{name: Symbol(text, Kind.REL) for name, text in _RELATIONS.items()},
    **{name: Symbol(text, Kind.OPEN) for name, text in _OPENING.items()},
    **{name: Symbol(text, Kind.CLOSE) for name, text in _CLOSING.items()},
}

OPERATORS: dict[str, Operator] = {
    **{name: Operator(text, limits=True, large=True) for name, text in _LARGE.items()},
    **{name: Operator(text, large=True) for name, text in _INTEGRALS.items()},
    **{name: Operator(name) for name in _FUNCTIONS},
    **{name: Operator(_SPACED_NAMES.get(name, name), limits=True) for name in _LIMIT_FUNCTIONS},
}

CHARACTER_SYMBOLS: dict[str, Symbol] = {
    **{char: Symbol(char, Kind.BIN) for char in "+*±×÷·⊙⊗⊕∘∪∩∧∨∖"},
    "-": Symbol("-", Kind.BIN),
    "−": Symbol("-", Kind.BIN),
    "*": Symbol("*", Kind.BIN),
    **{char: Symbol(char, Kind.REL) for char in "=<>:≤≥≠≈∼≡∝∈∉⊂⊆⊃⊇→←↔⇒⇔↦≪≫≜≔⟂∥"},
    **{char: Symbol(char, Kind.OPEN) for char in "([⟨⌊⌈"},
    **{char: Symbol(char, Kind.CLOSE) for char in ")]⟩⌋⌉"},
    **{char: Symbol(char, Kind.PUNCT) for char in ",;"},
    **{char: Symbol(char, Kind.OP) for char in "∑∏∫"},
}

RELATION_CHARACTERS = frozenset(
    {text for text in _RELATIONS.values() if text not in "|"}
    | {char for char, symbol in CHARACTER_SYMBOLS.items() if symbol.kind is Kind.REL}
)

DELIMITERS: dict[str, str] = {
    **{f"\\{name}": text for name, text in (_OPENING | _CLOSING | _BARS).items()},
    **{f"\\{name}": text for name, text in _RELATIONS.items() if text in "↑↓↕⇑⇓"},
    "\\backslash": "\\",
    **{char: char for char in "()[]|/⟨⟩⌊⌋⌈⌉‖"},
    "<": "⟨",
    ">": "⟩",
    ".": "",
}

SPACES: dict[str, int] = {
    **dict.fromkeys(
        [",", ":", ";", " ", ">", "\n", "thinspace", "medspace", "thickspace", "enspace", "space"], 1
    ),
    **dict.fromkeys(["!", "/", "negthinspace"], 0),
    "quad": 2,
    "qquad": 4,
}

NEGATED: dict[str, str] = _pairs("""
= ≠ ∈ ∉ ∋ ∌ < ≮ > ≯ ≤ ≰ ≥ ≱ ∼ ≁ ≈ ≉ ≡ ≢ ⊂ ⊄ ⊃ ⊅ ⊆ ⊈ ⊇ ⊉ ∃ ∄ | ∤ ∥ ∦ → ↛ ⇒ ⇏ ⇔ ⇎ ⊢ ⊬ ⊨ ⊭ ≅ ≇
""")

# Double-struck capitals (and 𝟙) are in the fall-back fonts of every terminal that was tried, script capitals
# outside the Basic Multilingual Plane are not: N(0, I) is better than a box with a cross. Bold, fraktur and
# sans-serif letters stay plain for the same reason.
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

DOUBLE_STRUCK: dict[str, str] = {
    **{letter: chr(0x1D538 + index) for index, letter in enumerate(_CAPITALS)},
    **dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
    "1": "𝟙",
}
SCRIPT: dict[str, str] = dict(zip("BEFHILMRl", "ℬℰℱℋℐℒℳℛℓ", strict=True))
