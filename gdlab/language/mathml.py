"""The typeset form for a browser: the LaTeX that this project writes, as MathML.

Browsers draw MathML by themselves, so a formula needs no library and no network. Only the LaTeX
of :mod:`gdlab.language.latex` and :mod:`gdlab.core.symbols` is known here; anything else raises.
"""

import re
import unicodedata
from html import escape

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+\.?\d*|\s+|.", re.DOTALL)
OPERATORS = {
    r"\cdot": "⋅", r"\le": "≤", r"\ge": "≥", r"\ne": "≠", r"\partial": "∂", r"\sum": "∑",
    "-": "−", "+": "+", "=": "=", "<": "<", ">": ">", ",": ",", "|": "|", "(": "(", ")": ")",
    r"\lfloor": "⌊", r"\rfloor": "⌋", "/": "/",
}  # fmt: skip
FENCES = ("(", ")", "|", r"\lfloor", r"\rfloor")
UNSTRETCHED = '<mo stretchy="false">'
LETTERS = {
    r"\alpha": "α", r"\beta": "β", r"\gamma": "γ", r"\delta": "δ", r"\Delta": "Δ",
    r"\epsilon": "ϵ", r"\kappa": "κ", r"\lambda": "λ", r"\mu": "μ", r"\nu": "ν", r"\pi": "π",
    r"\rho": "ρ", r"\sigma": "σ", r"\tau": "τ",
}  # fmt: skip
FUNCTIONS = ("cos", "exp", "log", "max", "min", "sin")
HATS = (r"\widehat", r"\hat")
# Lines are borders, because a stretched sign needs a font for maths that not every machine has.
OVER = "border-top:0.06em solid;padding-top:0.06em"
BESIDE = "border-left:0.06em solid;padding-left:0.3em"
UPRIGHT = (r"\mathrm", r"\text", r"\operatorname")
CASES = re.compile(r"\\(begin|end)\{cases\}")


def mathml(latex: str) -> str:
    """The formula as one ``<math>`` element; ValueError for LaTeX that the project never writes."""
    tokens = TOKEN.findall(CASES.sub(r"\\\1cases ", latex))
    body, left = _row(tokens, ())
    if left:
        raise ValueError(f"no MathML for {left[0]!r} in {latex!r}")
    return f'<math displaystyle="true">{body}</math>'


def _row(tokens: list[str], ends: tuple[str, ...]) -> tuple[str, list[str]]:
    """Everything up to one of ``ends``, which stays in the tokens that are left."""
    parts: list[str] = []
    while tokens and tokens[0] not in ends:
        if tokens[0].isspace() or tokens[0] == r"\textstyle":
            tokens = tokens[1:]
            continue
        part, tokens = _scripted(tokens)
        parts.append(part)
    return "".join(parts), tokens


def _scripted(tokens: list[str]) -> tuple[str, list[str]]:
    """One element with what stands below and above it."""
    base, tokens = _element(tokens)
    scripts: dict[str, str] = {}
    while tokens and tokens[0] in ("_", "^"):
        mark = tokens[0]
        scripts[mark], tokens = _element(tokens[1:])
    tag = {"_": "msub", "^": "msup", "_^": "msubsup"}.get("".join(sorted(scripts, reverse=True)))
    if tag is None:
        return base, tokens
    ordered = "".join(scripts[mark] for mark in ("_", "^") if mark in scripts)
    return f"<{tag}>{base}{ordered}</{tag}>", tokens


def _element(tokens: list[str]) -> tuple[str, list[str]]:
    if not tokens:
        raise ValueError("no MathML for a formula that breaks off")
    token, rest = tokens[0], tokens[1:]
    if token == "{":
        body, rest = _row(rest, ("}",))
        return f"<mrow>{body}</mrow>", rest[1:]
    if token == r"\frac":
        above, rest = _element(rest)
        below, rest = _element(rest)
        return f"<mfrac>{above}{below}</mfrac>", rest
    if token == r"\sqrt":
        inside, rest = _element(rest)
        return f"<msqrt>{inside}</msqrt>", rest
    if token == r"\overline":
        under, rest = _element(rest)
        return f'<mrow style="{OVER}">{under}</mrow>', rest
    if token in HATS:
        under, rest = _element(rest)
        letter = re.fullmatch(r"(?:<mrow>)?<mi>(\w)</mi>(?:</mrow>)?", under)
        # A letter that has its own sign for it: some browsers set a hat too high.
        hatted = letter and unicodedata.normalize("NFC", f"{letter[1]}\u0302")
        if hatted and len(hatted) == 1:
            return f'<mi style="font-style:italic">{hatted}</mi>', rest
        return f'<mover accent="true">{under}<mo stretchy="false">^</mo></mover>', rest
    if token in UPRIGHT:
        return _upright(token, rest)
    if token == r"\left":
        body, after = _row(rest[1:], (r"\right",))
        before, behind = (_fence(one, "<mfrac" in body) for one in (rest[0], after[1]))
        return f"<mrow>{before}{body}{behind}</mrow>", after[2:]
    if token == r"\begincases":
        return _cases(rest)
    return _letter(token), rest


def _fence(token: str, stretched: bool) -> str:
    """A sign around something; without a font for maths one that is stretched is not its twin."""
    return _letter(token).replace(UNSTRETCHED, "<mo>") if stretched else _letter(token)


def _upright(token: str, rest: list[str]) -> tuple[str, list[str]]:
    """Words: the tokens between two braces, joined as they stand."""
    end = rest.index("}")
    word = escape("".join(rest[1:end]).replace(r"\_", "_"))
    if token == r"\text":
        return f"<mtext>{word}</mtext>", rest[end + 1 :]
    return f'<mi mathvariant="normal">{word}</mi>', rest[end + 1 :]


def _cases(tokens: list[str]) -> tuple[str, list[str]]:
    rows = []
    while True:
        value, tokens = _row(tokens, ("&",))
        test, tokens = _row(tokens[1:], (r"\\", r"\endcases"))
        word = "" if test.startswith("<mtext>") else "<mtext>if\u00a0</mtext>"
        cells = (f'<mtd style="text-align:left">{cell}</mtd>' for cell in (value, word + test))
        rows.append(f"<mtr>{''.join(cells)}</mtr>")
        end, tokens = tokens[0], tokens[1:]
        if end == r"\endcases":
            break
    return f'<mtable style="{BESIDE}">{"".join(rows)}</mtable>', tokens


def _letter(token: str) -> str:
    if token == r"\,":
        return '<mspace width="0.17em"></mspace>'
    if token in OPERATORS:
        begin = UNSTRETCHED if token in FENCES else "<mo>"
        return f"{begin}{escape(OPERATORS[token])}</mo>"
    if token in LETTERS:
        return f"<mi>{LETTERS[token]}</mi>"
    if token[0].isdigit():
        return f"<mn>{token}</mn>"
    if token.removeprefix("\\") in FUNCTIONS:
        return f"<mi>{token.removeprefix(chr(92))}</mi>"
    if len(token) == 1 and token.isalpha():
        return f"<mi>{token}</mi>"
    raise ValueError(f"no MathML for {token!r}")
