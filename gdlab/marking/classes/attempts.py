"""What was handed in, beside what was handed out: whose it is, whether it counts, which attempt."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from gdlab.marking.classes.course import HandedOut
from gdlab.marking.classes.delivery import Roster, attempt
from gdlab.marking.classes.roster import Learner
from gdlab.marking.wording import IS_KEY

# What one file came to; see gdlab.marking.classes.worker.mark.
Result = dict[str, Any]
LATEST, BEST = "latest", "best"

NO_RECORD = "it is not a sheet of this course: it does not say what was asked"
ANOTHER_RULE = "that is another rule than the one handed out"
CHANGED = "it is not the sheet that was handed out: its rule, rows, blanks or numbers are different"


class Attempt(NamedTuple):
    """One file that came back, as far as marks go.

    ``refusal`` is a sentence where it gets no marks; ``share`` its marks from 0 to 1; ``order``
    rises from attempt to attempt.
    """

    file: str
    learner: Learner | None
    round: str
    refusal: str
    share: float
    order: tuple[int, float]


class Judge:
    """Takes files one by one; knows the learners and what was handed out."""

    def __init__(self, roster: Roster, handed_out: Iterable[HandedOut]) -> None:
        self.roster = roster
        self.lines = {line.fingerprint: line for line in handed_out}

    def attempt(self, file: str, time: float, result: Result) -> Attempt:
        """What a file comes to."""
        line = self.lines.get(result.get("fingerprint") or "")
        owner = line.id if line else result.get("learner", "")
        sender = self.roster.sender(file, owner, result.get("name", ""))
        carrier = self.roster.sender(file, "", "")
        refusal = result.get("reason", "") or self._refusal(result, line)
        rules = {one.common[0] for one in self.lines.values()}
        if rules and "rules" in result and rules.isdisjoint(result["rules"]):
            refusal += f"; {ANOTHER_RULE}"
        if not refusal and line and carrier and carrier.learner.id != line.id:
            # Whoever's name the file or its folder has, the sheet in it is another's.
            sender = carrier
            refusal = f"it is the sheet of {line.name or line.id}"
        return Attempt(
            file,
            sender.learner if sender else None,
            line.round if line else "",
            refusal,
            0.0 if refusal else float(result["marks"]["score"]),
            (attempt(file), time),
        )

    def _refusal(self, result: Result, line: HandedOut | None) -> str:
        if result.get("is_key"):
            return IS_KEY
        if not self.lines or line:
            return ""
        return CHANGED if result.get("fingerprint") else NO_RECORD


def chosen(attempts: Iterable[Attempt], which: str) -> dict[tuple[str, str], list[Attempt]]:
    """By learner and round the attempts, the one that counts first; files of nobody by themselves.

    An attempt that gets no marks counts only where no other does.
    """
    groups: dict[tuple[str, str], list[Attempt]] = {}
    for one in attempts:
        who = one.learner.id if one.learner else f"\0{one.file}"
        groups.setdefault((who, one.round), []).append(one)
    _join_unplaced(groups)
    for group in groups.values():
        group.sort(key=lambda one: (not one.refusal, *_worth(one, which)), reverse=True)
    return groups


def _worth(one: Attempt, which: str) -> tuple[Any, ...]:
    return (one.share, one.order) if which == BEST else (one.order, one.share)


def _join_unplaced(groups: dict[tuple[str, str], list[Attempt]]) -> None:
    """A file that does not tell its round belongs to the only one of the class, or the learner."""
    rounds: dict[str, set[str]] = {}
    for who, round_name in groups:
        rounds.setdefault(who, set()).add(round_name)
    of_class = {name for _, name in groups} - {""}
    for who, names in rounds.items():
        own = of_class if len(of_class) == 1 else names - {""}
        if "" in names and len(own) == 1:
            (other,) = own
            placed = [one._replace(round=other) for one in groups.pop((who, ""))]
            groups.setdefault((who, other), []).extend(placed)


def others_told(group: list[Attempt]) -> str:
    """The attempts that do not count, in words; empty where there are none."""
    if len(group) < 2:
        return ""
    told = [
        f"{one.file} ({'not marked' if one.refusal else f'{100 * one.share:.1f} %'})"
        for one in group[1:]
    ]
    return f"also handed in: {', '.join(told)}"


def same_files(contents: Mapping[str, str]) -> dict[str, list[str]]:
    """The files with one and the same content, by that content, where there are several."""
    groups: dict[str, list[str]] = {}
    for file, content in contents.items():
        groups.setdefault(content, []).append(file)
    return {content: files for content, files in groups.items() if len(files) > 1}
