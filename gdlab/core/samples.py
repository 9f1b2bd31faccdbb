"""Small real data sets with their sources."""

from typing import TYPE_CHECKING, NamedTuple

from gdlab.core.points import Points
from gdlab.core.suggest import unknown

if TYPE_CHECKING:
    import pandas as pd


class Sample(NamedTuple):
    """A data set: what x and y are, with their units, its source and licence, and the numbers."""

    x_is: str
    y_is: str
    source: str
    licence: str
    x: str
    y: str


ANSCOMBE = (
    "F. J. Anscombe, Graphs in Statistical Analysis, The American Statistician 27 (1973), 17-21"
)
FACTS = "eleven made numbers, printed in the article and free to use"
ANSCOMBE_X = "10 8 13 9 11 14 6 4 12 7 5"

SAMPLES = {
    "cars": Sample(
        "weight in pounds",
        "consumption in miles per US gallon",
        "Auto MPG (R. Quinlan 1993), UCI Machine Learning Repository, the 30 cars of 1982",
        "CC BY 4.0",
        "2605 2640 2395 2575 2525 2735 2865 1980 2025 1970 2125 2125 2160 2205 2245 "
        "1965 1965 1995 2945 3015 2585 2835 2665 2370 2950 2790 2130 2295 2625 2720",
        "28 27 34 31 29 27 24 36 37 31 38 36 36 36 34 38 32 38 25 38 26 22 32 36 27 27 44 32 28 31",
    ),
    "temperature": Sample(
        "year",
        "global mean temperature, degrees Celsius above the mean of 1951 to 1980",
        "GISTEMP v4 (NASA Goddard Institute for Space Studies), annual means, two decimals",
        "public domain, a work of the government of the United States",
        " ".join(map(str, range(1980, 2024))),
        "0.26 0.32 0.14 0.31 0.16 0.12 0.18 0.32 0.39 0.27 0.45 0.40 0.22 0.23 0.31 "
        "0.44 0.33 0.46 0.61 0.38 0.39 0.53 0.63 0.62 0.53 0.68 0.64 0.66 0.54 0.66 "
        "0.72 0.61 0.64 0.67 0.75 0.90 1.01 0.92 0.85 0.98 1.01 0.85 0.89 1.17",
    ),
    "anscombe1": Sample(
        "x",
        "y",
        ANSCOMBE,
        FACTS,
        ANSCOMBE_X,
        "8.04 6.95 7.58 8.81 8.33 9.96 7.24 4.26 10.84 4.82 5.68",
    ),
    "anscombe2": Sample(
        "x",
        "y",
        ANSCOMBE,
        FACTS,
        ANSCOMBE_X,
        "9.14 8.14 8.74 8.77 9.26 8.10 6.13 3.10 9.13 7.26 4.74",
    ),
    "anscombe3": Sample(
        "x",
        "y",
        ANSCOMBE,
        FACTS,
        ANSCOMBE_X,
        "7.46 6.77 12.74 7.11 7.81 8.84 6.08 5.39 8.15 6.42 5.73",
    ),
    "anscombe4": Sample(
        "x",
        "y",
        ANSCOMBE,
        FACTS,
        "8 8 8 8 8 8 8 19 8 8 8",
        "6.58 5.76 7.71 8.84 8.47 7.04 5.25 12.50 5.56 7.91 6.89",
    ),
}


def sample_points(name: str) -> "pd.DataFrame":
    """A small real data set as a DataFrame of two float columns, ``x`` and ``y``.

    ``cars`` (weight and consumption), ``temperature`` (of the years from 1980), ``anscombe1`` to
    ``anscombe4`` (four sets with one least squares line). The frame's ``attrs`` say what x and y
    are, with their units, and the source and licence. Raises ValueError that lists the names.
    """
    import pandas as pd

    x, y = sample_pairs(name)
    frame = pd.DataFrame({"x": x, "y": y}, dtype=float)
    sample = SAMPLES[name]
    frame.attrs = {
        "x": sample.x_is,
        "y": sample.y_is,
        "source": sample.source,
        "licence": sample.licence,
    }
    return frame


def sample_pairs(name: str) -> Points:
    """The numbers of :func:`sample_points` as two lists."""
    if not isinstance(name, str) or name not in SAMPLES:
        raise ValueError(unknown(f"no sample is called {name!r:.40}", name, SAMPLES))
    x, y = ([float(one) for one in text.split()] for text in (SAMPLES[name].x, SAMPLES[name].y))
    return x, y
