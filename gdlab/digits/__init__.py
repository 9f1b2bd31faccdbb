"""The rules train a real classifier: one linear layer on handwritten digits."""

from gdlab.digits.data import Digits, mnist_5000, mnist_70000, read_idx
from gdlab.digits.pictures import plot_race, plot_weights
from gdlab.digits.results import Race
from gdlab.digits.riddle import Riddle, riddle
from gdlab.digits.running import race

__all__ = [
    "Digits",
    "Race",
    "Riddle",
    "mnist_5000",
    "mnist_70000",
    "plot_race",
    "plot_weights",
    "race",
    "read_idx",
    "riddle",
]
