"""A number written as the arithmetic that leads to it, ``2*-43*14``; nothing is run by eval."""

import math
import operator
import re
from collections.abc import Callable
from typing import NamedTuple

TOKEN = re.compile(r" ?(\d+(?:[.,]\d+)?(?:e[+-]?\d+)?|[.,]\d+|\*\*|[-+*/^()]|sqrt)")
TIMES = re.compile("[x×·⋅•∙]")
# A comma before three digits may stand before thousands.
TWO_MEANINGS = re.compile(r"[1-9]\d{0,2},\d{3}")
LONGEST_WORKING = 200
PLUS_MINUS = ("+", "-")
TOO_FAR = "not a number that a spreadsheet can hold"
NOT_WORKED = "neither a number nor arithmetic with + - * / ^ ( ) and sqrt"
Factor = Callable[[float, float], float]
FACTORS: dict[str, Factor] = {"*": operator.mul, "/": operator.truediv}


class Working(NamedTuple):
    """What comes out; or, where nothing does, the end of a sentence that says why."""

    number: float | None
    problem: str = ""


def working(plain: str) -> Working | None:
    """What a text in plain characters works out to; None where it is not arithmetic at all.

    As page and spreadsheet differ on -3^2 and 2^3^2, these ask for parentheses.
    """
    text = TIMES.sub("*", plain.lstrip("= ").replace("÷", "/").replace("√", "sqrt"))
    tokens = TOKEN.findall(text)
    whole = sum(map(len, tokens)) == len(text.replace(" ", ""))
    if not whole or len(text) > LONGEST_WORKING or not re.search(r"\d", text):
        return None
    if not re.search(r"[\d)] ?[-+*/^]|sqrt", text):
        return None
    try:
        number = _Work(tokens).result()
        is_finite = math.isfinite(number)
    except ZeroDivisionError:
        return Working(None, "a division by zero")
    except (OverflowError, TypeError):
        return Working(None, TOO_FAR)
    except ValueError as problem:
        return Working(None, str(problem))
    if not is_finite:
        return Working(None, TOO_FAR)
    return Working(number)


class _Work:
    """Goes through the tokens once, from left to right."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = ["^" if token == "**" else token for token in tokens]

    def result(self) -> float:
        number = self.sum()
        if self.tokens:
            raise ValueError(NOT_WORKED)
        return number

    def next(self, *wanted: str) -> str:
        """The next token if it is one of these, else nothing."""
        return self.tokens.pop(0) if self.tokens and self.tokens[0] in wanted else ""

    def sum(self) -> float:
        number = self.product()
        while sign := self.next(*PLUS_MINUS):
            other = self.product()
            number = number + other if sign == "+" else number - other
        return number

    def product(self) -> float:
        number = self.signed()
        while sign := self.next("*", "/"):
            number = FACTORS[sign](number, self.signed())
        return number

    def signed(self) -> float:
        sign = self.next(*PLUS_MINUS)
        number = self.atom()
        if not self.next("^"):
            return -number if sign == "-" else number
        if sign == "-":
            raise ValueError("read in two ways: put the power, or what it is of, in parentheses")
        exponent = -self.atom() if self.next(*PLUS_MINUS) == "-" else self.atom()
        if self.next("^"):
            raise ValueError("read in two ways: put one of the powers in parentheses")
        power: float = number**exponent
        return power

    def atom(self) -> float:
        root = self.next("sqrt")
        if self.next("("):
            number = self.sum()
            if not self.next(")"):
                raise ValueError(NOT_WORKED)
        elif self.tokens and re.match(r"[\d.,]", self.tokens[0]):
            token = self.tokens.pop(0)
            if TWO_MEANINGS.fullmatch(token):
                raise ValueError(f"read in two ways: {token} has decimals or thousands")
            number = float(token.replace(",", "."))
        else:
            raise ValueError(NOT_WORKED)
        if root and number < 0:
            raise ValueError("the root of a negative number")
        return math.sqrt(number) if root else number
