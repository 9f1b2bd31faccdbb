"""The rules train a real classifier: one linear layer on handwritten digits."""

from gdlab.studies.digits.data import Digits, mnist_5000, mnist_70000, read_idx
from gdlab.studies.digits.pictures import plot_race, plot_weights
from gdlab.studies.digits.results import Race
from gdlab.studies.digits.riddle import Riddle, riddle
from gdlab.studies.digits.running import race

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
