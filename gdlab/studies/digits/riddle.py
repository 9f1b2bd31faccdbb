"""The riddle of a race: its curves without names, and the answers behind a button."""

import base64
import html
import random
from typing import Any

import ipywidgets as widgets

from gdlab.core.points import whole
from gdlab.notebook.pictures import Picture, side_by_side
from gdlab.studies.digits.pictures import draw_curves
from gdlab.studies.digits.results import Race

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
UNDECIDED = "?"


def riddle(race: Race, seed: int = 0) -> "Riddle":
    """Show the curves of a race under letters, which ``seed`` deals out: which rule is which?

    Raises ValueError for a seed that is not a whole number from 0, and for a race with more rules
    than there are letters.
    """
    whole("seed", seed, least=0)
    if len(race.rules) > len(LETTERS):
        raise ValueError(f"a riddle has at most {len(LETTERS)} rules")
    rules = list(race.rules)
    random.Random(seed).shuffle(rules)
    return Riddle(race, dict(zip(LETTERS, rules, strict=False)))


class Riddle(widgets.VBox):
    """What ``riddle`` shows; ``answers`` maps each letter to its rule.

    ``guesses`` holds the lists to choose from, by letter; a click on ``button`` compares.
    """

    def __init__(self, race: Race, answers: dict[str, str]) -> None:
        self.answers = answers
        figure, (first, later) = side_by_side(2)
        draw_curves(first, later, race, answers)
        self.picture = Picture(figure, f"Picture of a race of {len(answers)} rules without names")
        image = widgets.Image(value=self.picture._repr_png_(), format="png")
        image.layout.max_width = "1000px"
        options = [UNDECIDED, *sorted(answers.values())]
        self.guesses = {
            letter: widgets.Dropdown(description=letter, options=options, value=UNDECIDED)
            for letter in answers
        }
        self.button = widgets.Button(description="Show the answers")
        self.button.on_click(lambda _: self._show())
        self.words = widgets.HTML()
        super().__init__([image, *self.guesses.values(), self.button, self.words])

    def _show(self) -> None:
        lines = []
        right = 0
        for letter, rule in self.answers.items():
            guess = self.guesses[letter].value
            right += guess == rule
            said = "" if guess == UNDECIDED else (" ✓" if guess == rule else f" ✗ not {guess}")
            lines.append(f"<b>{letter}</b> is {html.escape(rule + said)}")
        lines.append(f"{right} of {len(self.answers)} right.")
        self.words.value = f'<p role="status">{"<br>".join(lines)}</p>'

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """The widget; for a page without a kernel the picture, and the answers folded away."""
        bundle = super()._repr_mimebundle_(**kwargs)
        encoded = base64.b64encode(self.picture._repr_png_()).decode()
        answers = "; ".join(f"{letter} is {html.escape(r)}" for letter, r in self.answers.items())
        bundle["text/plain"] = repr(self.picture)
        bundle["text/html"] = (
            f'<img alt="{self.picture!r}" src="data:image/png;base64,{encoded}">'
            f"<details><summary>Show the answers</summary><p>{answers}</p></details>"
        )
        return bundle
