"""Murthy's article once more: when each rule levels off on handwritten digits."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import gdlab
from gdlab.studies.claims.claim import UNTESTABLE, WITH_SETTINGS, Claim, Outcome, verdict

if TYPE_CHECKING:
    import pandas as pd

    from gdlab.studies.digits import Race

STATED = {"sgd": 800, "adam": 250, "rmsprop": 250}
ABOUT = 0.25  # "about" is within a quarter


# The rates that suit each best here, those that libraries set by default, and one rate for all.
def _races() -> Any:
    return [
        gdlab.digits.race({"sgd": {"lr": sgd}, "adam": {"lr": adam}, "rmsprop": {"lr": rmsprop}})
        for sgd, adam, rmsprop in ((0.1, 0.001, 0.0005), (0.01, 0.001, 0.001), (0.001,) * 3)
    ]


def _judge_updates(races: "Sequence[Race]", stated: dict[str, int] = STATED) -> Outcome:
    """Level: the mean loss over an epoch is within 5 % of the lowest in 1,000 updates."""
    hits = [
        all(abs(update[rule] / stated[rule] - 1) < ABOUT for rule in stated)
        for update in map(_level, races)
    ]
    return Outcome(
        _told(races),
        WITH_SETTINGS if any(hits) else UNTESTABLE,
        "Neither the rates nor the size of a batch are stated, and by the rate alone the number "
        "goes up and down: a slow rule levels off late, and high.",
    )


def _judge_order(races: "Sequence[Race]", within: float = 0.5) -> Outcome:
    """A third is claimed; less than half is asked for, of both rules."""
    trials = [
        bool(max(update["adam"], update["rmsprop"]) < within * update["sgd"])
        for update in map(_level, races)
    ]
    return Outcome(
        _told(races),
        verdict(trials),
        "How soon a rule levels off goes with its rate, for each of the three. A rule that looks "
        "faster at some rate may only have the better rate; compare each at its own best.",
    )


def _level(race: "Race") -> "pd.Series":
    """The update at which each rule levels off, by rule."""
    if len(race.loss) < race.wanted:
        # A race gives what it has when it is stopped. Half of one has no floor to judge.
        raise KeyboardInterrupt
    return race.floors["update"]


def _told(races: "Sequence[Race]") -> str:
    """Updates to the nearest ten: the last digit depends on the machine's arithmetic."""
    told = []
    for race in races:
        update = _level(race)
        rules = (
            f"{rule} (rate {race.hyper[rule]['lr']:g}) after {round(update[rule], -1):.0f}"
            for rule in race.rules
        )
        told.append(", ".join(rules))
    return f"within 5 % of its floor comes {'; '.join(told)} updates"


CLAIMS = (
    Claim(
        "On MNIST, SGD levels off after about 800 updates, Adam and RMSprop after about 250.",
        _races,
        _judge_updates,
        "the race's loss, by updates",
    ),
    Claim(
        "There, Adam and RMSprop need a third of SGD's updates.",
        _races,
        _judge_order,
        "the race's loss, by updates",
    ),
)
