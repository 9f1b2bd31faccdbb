"""What a race leaves behind."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

NEAR_BEST = 0.05


@dataclass(frozen=True, eq=False)
class Race:
    """The course of every rule, a column each, and where it ended.

    ``loss`` has a row per update: the mean squared error of its batch before the update.
    ``accuracy`` has a row per epoch: the share of the test images whose largest output is their
    digit, after the epoch's last update; where the updates end within an epoch, its row is from
    there; nan where an output is not finite. ``weights`` (784 x 10) and ``biases`` (10) are
    those after the last update, by rule. ``hyper`` holds the hyperparameters by rule, ``batches``
    the batches in an epoch, ``wanted`` the updates that were asked for: ``loss`` has fewer where
    the race was stopped.
    """

    loss: "pd.DataFrame"
    accuracy: "pd.DataFrame"
    weights: dict[str, "np.ndarray"]
    biases: dict[str, "np.ndarray"]
    hyper: dict[str, dict[str, float]]
    batches: int
    wanted: int

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules' names, in the order of the columns."""
        return tuple(self.weights)

    @property
    def smooth(self) -> "pd.DataFrame":
        """The mean loss over the last epoch's worth of updates; nan before there are so many."""
        return self.loss.rolling(self.batches).mean()

    @property
    def floors(self) -> "pd.DataFrame":
        """For every rule the floor of its smooth curve, and when it comes near.

        Columns: ``floor``, the lowest value of :attr:`smooth`; ``near``, 1.05 times that;
        ``update``, the first update whose smooth loss is not over ``near``. A race of less than
        an epoch has none: nan.
        """
        import pandas as pd

        smooth = self.smooth
        floor = smooth.min()
        near = (1 + NEAR_BEST) * floor
        reached = smooth.le(near)
        update = reached.idxmax().where(reached.any())
        return pd.DataFrame({"floor": floor, "near": near, "update": update})

    def __repr__(self) -> str:
        done = f"{len(self.loss):,}"
        if len(self.loss) < self.wanted:
            done += f" of {self.wanted:,}"
        ends = ", ".join(f"{rule} {share:.1%}" for rule, share in self.accuracy.iloc[-1].items())
        return f"<Race of {done} updates; test accuracy: {ends}>"
