"""``race``: the same batches of digits for several rules, an update of each in turn."""

import math
import random
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from gdlab.core import engine
from gdlab.core.points import whole
from gdlab.core.progress import progress
from gdlab.core.registry import Rule, find_rule, settings
from gdlab.studies.digits.data import CLASSES, PIXELS, Digits, checked, mnist_5000
from gdlab.studies.digits.elements import elements_text, inputs
from gdlab.studies.digits.results import Race

Rules = Sequence[str | Callable] | Mapping[str | Callable, Mapping[str, float]]

# Of 1, 2 and 5 times the powers of ten, the rate with which a rule's mean loss over an epoch is
# lowest after 1,000 updates of the 5,000 digits. The rules' own defaults suit the line, whose
# gradients are thousands of times larger. A rule that is not named here has its own.
RATES = {
    "sgd": 0.1,
    "momentum": 0.2,
    "heavy_ball": 0.02,
    "nesterov": 0.05,
    "rmsprop": 0.0005,
    "rmsprop_eps_inside": 0.0005,
    "rmsprop_lesson": 0.0002,
    "adagrad": 0.02,
    "adadelta": 0.2,
    "nadam": 0.001,
    "lion": 0.0002,
    "rmsprop_centered": 0.0005,
    "adabelief": 0.002,
    "radam": 0.002,
    "lookahead": 0.2,
    "ranger": 0.005,
}


class Racer(NamedTuple):
    """One rule on its way: ``weights`` and ``gradient`` are 785 x 10, the biases' row last.

    ``arrays`` are what the module's ``run`` changes: both of them flat, then the rule's states.
    """

    text: str
    weights: np.ndarray
    gradient: np.ndarray
    arrays: tuple[np.ndarray, ...]
    numbers: tuple[float, ...]


def race(
    rules: Rules = ("sgd", "momentum", "rmsprop", "adam"),
    data: Digits | None = None,
    *,
    updates: int = 1000,
    batch_size: int = 64,
    seed: int = 0,
    weight_decay: float = 0,
) -> Race:
    """Train one linear layer on digits with several rules, all from the same start.

    The layer has a weight for each of 784 pixels (from 0 to 1) and 10 outputs, and 10 biases. The
    loss is the mean, over all numbers of a batch (its images times 10 outputs), of the squared
    difference between output and wanted output: 1 for the image's digit, 0 for the nine others.
    That is what torch.nn.MSELoss makes of them. All is computed in float64.

    ``rules`` are names or registered functions; or a mapping from these to hyperparameters,
    ``{"sgd": {"lr": 0.1}, "adam": {}}``. What is not given is the rule's own default, but for
    ``lr``, which is that of :data:`RATES`. A rule sees a batch as one sample: ``sample`` counts
    the batches of an epoch, and ``n`` is their number. ``data``: by default :func:`mnist_5000`.

    The numbers drawn by ``random.Random(seed)``: first each weight, pixel by pixel, then each
    bias, from -1/28 to 1/28 as in torch.nn.Linear; then, as every epoch begins, the order of the
    images. The last batch of an epoch holds what is left.

    ``weight_decay`` joins every gradient as L2 decay, biases included, as in torch.optim; a rule
    with a ``weight_decay`` of its own (adamw, lion) takes it as that.

    Ctrl-C or the notebook's stop button ends the race after the update at hand; what was computed
    is returned. Raises ValueError, one line, for arguments that cannot be.
    """
    for name, value in (("updates", updates), ("batch_size", batch_size)):
        whole(name, value)
    whole("seed", seed, least=0)
    entered = _entered(rules, weight_decay)
    data = mnist_5000() if data is None else checked(data)
    draw = random.Random(int(seed))
    reach = 1 / math.sqrt(PIXELS)
    start = np.array([draw.uniform(-reach, reach) for _ in range((PIXELS + 1) * CLASSES)])
    racers = {rule.name: _racer(rule, hyper, start) for rule, hyper in entered.items()}
    names = pd.Index(racers, name="rule")
    loss, accuracy = _run(list(racers.values()), data, updates, batch_size, draw)
    return Race(
        loss=pd.DataFrame(loss, pd.RangeIndex(1, len(loss) + 1, name="update"), names),
        accuracy=pd.DataFrame(accuracy, pd.RangeIndex(1, len(accuracy) + 1, name="epoch"), names),
        weights={name: racer.weights[:-1] for name, racer in racers.items()},
        biases={name: racer.weights[-1] for name, racer in racers.items()},
        hyper={rule.name: hyper for rule, hyper in entered.items()},
        batches=math.ceil(len(data.images) / batch_size),
        wanted=updates,
    )


def _entered(rules: Rules, weight_decay: float) -> dict[Rule, dict[str, float]]:
    """The rules with all their hyperparameters, ``weight_decay`` among them."""
    several = (rules,) if isinstance(rules, str) or callable(rules) else rules
    try:
        given = [(find_rule(name), name) for name in several]
    except TypeError:
        raise ValueError("rules must be names, such as ('sgd', 'adam')") from None
    if not given:
        raise ValueError("a race needs at least one rule: race(('sgd', 'adam'))")
    entered: dict[Rule, dict[str, float]] = {}
    for rule, name in given:
        if rule in entered:
            raise ValueError(f"{rule.name} is named twice")
        own = several[name] if isinstance(several, Mapping) else {}
        if not isinstance(own, Mapping):
            raise ValueError(f'{rule.name}: give hyperparameters like {{"lr": 0.1}}')
        defaults = {"weight_decay": 0.0} | rule.hyper
        rate = {"lr": RATES[rule.name]} if rule.name in RATES else {}
        entered[rule] = settings(
            defaults, rate | {"weight_decay": weight_decay} | dict(own), rule.name
        )
    return entered


def _racer(rule: Rule, hyper: dict[str, float], start: np.ndarray) -> Racer:
    decayed = "weight_decay" not in rule.hyper and hyper["weight_decay"] != 0
    weights = start.reshape(PIXELS + 1, CLASSES).copy()
    gradient = np.zeros_like(weights)
    states = [np.full(start.shape, rule.starts[name]) for name in rule.carried]
    return Racer(
        elements_text(rule, decayed),
        weights,
        gradient,
        # Views of the same numbers: what is changed there is changed in the table.
        (weights.reshape(-1), gradient.reshape(-1), *states),
        tuple(hyper[name] for name in inputs(rule, decayed)),
    )


def _run(
    racers: list[Racer], data: Digits, updates: int, batch_size: int, draw: random.Random
) -> tuple[list[list[float]], list[list[float]]]:
    """The loss before every update, and the accuracy after every epoch, of each racer."""
    images, test_images = _inputs(data.images), _inputs(data.test_images)
    wanted = np.eye(CLASSES)[data.labels]
    samples = len(images)
    step = _step_compiled if engine.numba_wanted() else _step_plainly
    loss: list[list[float]] = []
    accuracy: list[list[float]] = []
    with (
        # Products this small gain nothing by a second thread, and lose much where it has to wait.
        threadpool_limits(1, user_api="blas"),
        _stopped() as stopped,
        progress("Racing", updates) as advance,
        np.errstate(all="ignore"),
    ):
        done = False
        while not done:
            order = np.array(draw.sample(range(samples), samples))
            batches = np.split(order, range(batch_size, samples, batch_size))
            for sample, chosen in enumerate(batches, 1):
                t = len(loss) + 1
                counted = tuple(map(float, (t, len(accuracy) + 1, sample, len(batches))))
                batch, outputs = images.take(chosen, 0), wanted.take(chosen, 0)
                row = []
                for racer in racers:
                    row.append(_gradient(racer, batch, outputs))
                    step(racer, counted)
                loss.append(row)
                advance(1)
                done = t == updates or stopped()
                if done:
                    break
            accuracy.append([_accuracy(racer, test_images, data.test_labels) for racer in racers])
    if len(loss) < updates:
        print(f"Stopped after {len(loss):,} of {updates:,} updates.", file=sys.stderr)
    return loss, accuracy


def _inputs(images: np.ndarray) -> np.ndarray:
    """Pixels from 0 to 1, and a last column of ones: its weights are the biases."""
    inputs = np.empty((len(images), PIXELS + 1))
    np.divide(images, 255, out=inputs[:, :-1])
    inputs[:, -1] = 1
    return inputs


def _gradient(racer: Racer, batch: np.ndarray, wanted: np.ndarray) -> float:
    """Write the gradient of a batch's loss; returns the loss."""
    difference = batch @ racer.weights
    difference -= wanted
    loss = np.vdot(difference, difference) / difference.size
    difference *= 2 / difference.size
    np.dot(batch.T, difference, out=racer.gradient)
    return float(loss)


def _step_compiled(racer: Racer, counted: tuple[float, ...]) -> None:
    engine.run_compiled(racer.text, *racer.arrays, *counted, *racer.numbers)


def _step_plainly(racer: Racer, counted: tuple[float, ...]) -> None:
    def compute(module: dict[str, Any], number: Callable) -> list[list[float]]:
        arrays = [list(map(number, array.tolist())) for array in racer.arrays]
        module["run"](*arrays, *map(number, counted), *map(number, racer.numbers))
        return arrays

    for array, numbers in zip(racer.arrays, engine.interpreted(racer.text, compute), strict=True):
        array[:] = numbers


def _accuracy(racer: Racer, images: np.ndarray, labels: np.ndarray) -> float:
    """The share of the images whose largest output is their label; nan after an explosion."""
    outputs = images @ racer.weights
    if not np.isfinite(outputs).all():
        return math.nan
    return float(np.mean(np.argmax(outputs, axis=1) == labels))


@contextmanager
def _stopped() -> Iterator[Callable[[], bool]]:
    """Note a Ctrl-C instead of raising it at any place: an update is made by all rules or none."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        # Python tells the main thread alone of a Ctrl-C.
        yield asked.is_set
        return
    before = signal.signal(signal.SIGINT, lambda *_: asked.set())
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, before)
