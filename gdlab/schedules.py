"""How the learning rate changes from epoch to epoch, in the grammar of :mod:`gdlab.grammar`.

A schedule is called after the last row of every epoch. It sees that row's columns by name, this
epoch's ``lr``, its own results of the epoch before as ``NAME_prev``, and its hyperparameters; it
returns what it carries on, ``next_lr`` last among that, and what is only shown.
"""

from math import sqrt


def lesson_annealing(
    sqr_avg_intercept, sqr_avg_slope, lr, smallest_prev=1e299, threshold=2, factor=4
):
    """The Excel lesson's sheet adam_ann: lr / 4 where the averages' roots doubled."""
    size = sqrt(sqr_avg_intercept) + sqrt(sqr_avg_slope)
    smallest = min(size, smallest_prev)
    ratio = size / smallest
    next_lr = lr / factor if ratio > threshold else lr
    return (smallest, next_lr), (size, ratio)
