"""How the learning rate changes, in the grammar of :mod:`gdlab.language.grammar`.

A schedule that takes ``t`` (the number of the update, from 1) gives ``lr`` for every row;
``start_lr`` is the learning rate that the run was given. One that returns ``next_lr`` is called
after the last row of every epoch: it sees that row's columns by name, this epoch's ``lr``, its own
results of the epoch before as ``NAME_prev``, and its hyperparameters. ``sum_loss`` is the sum of
the epoch's losses; ``total(...)`` the sum of its argument over all parameters.
"""

from math import cos, pi, sqrt

from gdlab.formulas.functions import floor, min, total


def constant(t, start_lr):
    """The same rate at every update."""
    lr = start_lr
    return (lr,)


def step_decay(t, start_lr, factor=0.5, interval=29):
    """lr times ``factor`` after each ``interval`` updates; torch's StepLR, counted in updates."""
    lr = start_lr * factor ** floor((t - 1) / interval)
    return (lr,)


def exponential(t, start_lr, decay=0.99):
    """lr times ``decay`` after each update; torch's ExponentialLR, counted in updates."""
    lr = start_lr * decay ** (t - 1)
    return (lr,)


def cosine(t, start_lr, period=145):
    """Loshchilov & Hutter 2017, equation 5, without restart: half a cosine wave down to 0."""
    lr = start_lr * (1 + cos(pi * min(t - 1, period) / period)) / 2
    return (lr,)


def warmup_cosine(t, start_lr, warmup=29, period=145):
    """A straight line up over ``warmup`` updates (Goyal et al. 2017, 2.2), then half a cosine."""
    rising = start_lr * t / warmup
    gone = (min(t, period) - warmup) / (period - warmup)
    falling = start_lr * (1 + cos(pi * gone)) / 2
    lr = rising if t <= warmup else falling
    return (lr,)


def lesson_annealing(sqr_avg, lr, smallest_prev=1e299, limit=2, factor=0.25):
    """The Excel lesson's sheet adam_ann: lr times 1/4 where the averages' roots have doubled."""
    size = total(sqrt(sqr_avg))
    smallest = min(size, smallest_prev)
    ratio = size / smallest
    next_lr = lr * factor if ratio > limit else lr
    return (smallest, next_lr), (size, ratio)


def reduce_on_plateau(
    sum_loss,
    n,
    lr,
    best_prev=1e299,
    waited_prev=0,
    patience=2,
    factor=0.5,
    threshold=0.0001,
):
    """lr times ``factor`` after more than ``patience`` poor epochs; torch's ReduceLROnPlateau."""
    epoch_mse = sum_loss / n
    better = 1 if epoch_mse < best_prev * (1 - threshold) else 0
    best = epoch_mse if better == 1 else best_prev
    waiting = 0 if better == 1 else waited_prev + 1
    next_lr = lr * factor if waiting > patience else lr
    waited = 0 if waiting > patience else waiting
    return (best, waited, next_lr), (epoch_mse, better)
