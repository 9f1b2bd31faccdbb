"""Which numbers a written one may stand for: those that round to it, by the digits that it claims.

A spreadsheet drops the zeros of 2.00, so a whole number claims as many decimals as most numbers of
its column, or else of the sheet, have: 2 is not 2.13 where the learner writes decimals. It claims
no more than most numbers of its size and larger ones have, so that 13 may be 12.96 where all from
10 on have one decimal, nor more digits than four, nor than the longest number of the sheet: 17991
is 17991.2, and -109 is -108.8 where all numbers have three digits. Where all of a column are whole,
and not the same, or all of the sheet, whole ones are meant. A whole number in a column that only
counts is that number alone.
"""

import itertools
import math
from collections.abc import Mapping

from gdlab.marking.bounds import Interval, rounded
from gdlab.marking.counting import counting
from gdlab.marking.sheet import CellRef, Filled, Written

# What a zero claims where nothing else says how many decimals were meant.
DECIMALS_OF_ZERO = 2
# What a number in full claims where a whole one stands beside it.
DECIMALS_IN_FULL = 12
# The digits that a whole number claims at most.
MOST_DIGITS_OF_WHOLE = 4
# Numbers of as few digits, and as many of them, make a habit.
FEWEST_DIGITS, OFTEN = 3, 3
# So many whole numbers, and no other of their size, are no chance.
MANY = 6


class Claims:
    """How the numbers of one sheet are written, and what each of them stands for.

    ``written`` are the decimals that most numbers have that have some, 0 where none has.
    """

    def __init__(self, filled: Filled) -> None:
        self.counts = counting(filled.key.table)
        self.numbers: dict[str, set[float]] = {}
        self.sizes: dict[float, tuple[int, int]] = {}
        self.decimals: dict[str, list[int]] = {}
        digits, of_whole = [], [0]
        for (_, column), cell in filled.written.items():
            if cell.number is None:
                continue
            self.numbers.setdefault(column, set()).add(cell.number)
            claimed = DECIMALS_IN_FULL if cell.decimals is None else cell.decimals
            if column not in self.counts:
                self.sizes[cell.number] = size(cell.number), max(claimed, 0)
            if claimed > 0:
                self.decimals.setdefault(column, []).append(claimed)
                digits.append(claimed + 1 + size(cell.number))
            else:
                of_whole.append(len(f"{abs(cell.number):.0f}".rstrip("0")))
        every = list(itertools.chain(*self.decimals.values()))
        # A sheet of zeros is not a sheet of rounded numbers.
        self.is_whole = not every and len(set().union(*self.numbers.values()) - {0.0}) > 1
        self.written = _most_common(every, 0)
        self.elsewhere = self.written or filled.shown or 0
        longest = max(digits, default=MOST_DIGITS_OF_WHOLE)
        self.digits = min(MOST_DIGITS_OF_WHOLE, longest)
        # Who rounds to digits, not to decimals, writes many numbers with as many and none longer.
        fewest = FEWEST_DIGITS if max(of_whole) > longest else 2
        habit = longest >= fewest and digits.count(longest) >= OFTEN
        self.to_digits = longest if habit else None
        self.of_size = {one: self._of_size(one) for one in {one for one, _ in self.sizes.values()}}

    def of(self, column: str, cell: Written) -> Interval | None:
        """The numbers that a cell may stand for; None where it holds none."""
        if cell.number is None:
            return None
        if column in self.counts and cell.number.is_integer():
            return rounded(cell.number, None)
        decimals = cell.decimals
        if decimals is not None and decimals <= 0 and cell.number.is_integer():
            decimals = self._of_a_whole_one(column, cell.number, decimals)
        return rounded(cell.number, decimals)

    def _of_size(self, least: int) -> int:
        """The decimals that numbers from a size on have: most of them, or of few the most.

        0 where none of many has any: whole ones are meant from that size on.
        """
        decimals = [one for of_size, one in self.sizes.values() if of_size >= least]
        some = [one for one in decimals if one]
        if not some:
            return 0 if len(decimals) >= MANY else DECIMALS_IN_FULL
        return _most_common(some, 0) if len(some) >= OFTEN else max(some)

    def _of_a_whole_one(self, column: str, number: float, decimals: int) -> int:
        whole = self.is_whole or (column not in self.decimals and len(self.numbers[column]) > 1)
        meant = 0 if whole else _most_common(self.decimals.get(column, []), self.elsewhere)
        if number == 0:
            # A bare 0 would pass for anything under a half.
            return meant if meant > 0 or self.is_whole else DECIMALS_OF_ZERO
        first = size(number)
        meant = min(meant, self.of_size.get(first, meant))
        if decimals < 0:
            # 1E+9 would pass for anything from 5E+8 to 1.5E+9: two digits are the fewest.
            return max(decimals, 1 - first)
        if self.to_digits is not None and first >= self.to_digits:
            # 1660 may be 1663 where all numbers have three digits; 1661 has four.
            tens = first + 1 - self.to_digits
            return 0 if number % 10.0**tens else -tens
        return max(0, min(meant, self.digits - 1 - first))


def claims_of(filled: Filled) -> Mapping[CellRef, tuple[Interval, ...]]:
    """By cell the numbers that it may stand for, in each way that it can be read."""
    claims = Claims(filled)
    found = {}
    for place, cell in filled.written.items():
        ways = [cell] if cell.or_else is None else [cell, cell.or_else]
        found[place] = tuple(
            claim for way in ways if (claim := claims.of(place[1], way)) is not None
        )
    return found


def size(number: float) -> int:
    """The power of ten of a number's first digit; of 0 that of 1."""
    return math.floor(math.log10(abs(number))) if number else 0


def _most_common(decimals: list[int], otherwise: int) -> int:
    """How many decimals most numbers have; of two as common, the fewer."""
    return max(sorted(set(decimals)), key=decimals.count, default=otherwise)
