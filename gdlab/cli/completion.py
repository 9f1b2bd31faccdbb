"""What the shell offers after Tab: argcomplete with the names that only gdlab knows."""

import argparse
from collections.abc import Iterable
from typing import Any

from gdlab.cli.parsing import Parser


def complete(parser: Parser) -> None:
    """Print how the line can go on, for the shell that asks by its environment, and end."""
    import argcomplete

    _add_names(parser)
    argcomplete.autocomplete(parser)


def _add_names(parser: argparse.ArgumentParser) -> None:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                _add_names(inner)
        if action.dest in NAMES:
            action.completer = NAMES[action.dest]  # type: ignore[attr-defined]


def _rules(**_: Any) -> Iterable[str]:
    from gdlab.core.registry import rules

    return rules()


def _columns(parsed_args: argparse.Namespace, **_: Any) -> Iterable[str]:
    return _table(parsed_args).names


def _hyper(parsed_args: argparse.Namespace, **_: Any) -> Iterable[str]:
    from gdlab.core.assembly import EXTRAS

    return [f"{name}=" for name in (*_rule(parsed_args).hyper, *EXTRAS)]


def _starts(parsed_args: argparse.Namespace, **_: Any) -> Iterable[str]:
    return [f"{name}=" for name in _table(parsed_args).starts]


def _schedules(**_: Any) -> Iterable[str]:
    from gdlab.core.assembly import SCHEDULES

    return SCHEDULES


def _models(**_: Any) -> Iterable[str]:
    from gdlab.core.model import models

    return models()


def _surfaces(**_: Any) -> Iterable[str]:
    from gdlab.core.model import SURFACES

    return SURFACES


def _rule(parsed_args: argparse.Namespace) -> Any:
    from gdlab.core.registry import find_rule

    return find_rule(getattr(parsed_args, "rule", None) or parsed_args.rules[0])


def _table(parsed_args: argparse.Namespace) -> Any:
    from gdlab.core.assembly import table_of
    from gdlab.core.draft import Plan
    from gdlab.core.model import find_model

    return table_of(_rule(parsed_args), Plan(model=find_model(getattr(parsed_args, "model", None))))


# By an argument's name among the parsed ones: a function that gives its words.
NAMES = {
    "rule": _rules,
    "rules": _rules,
    "column": _columns,
    "columns": _columns,
    "blank": _columns,
    "set": _hyper,
    "over": _hyper,
    "start": _starts,
    "schedule": _schedules,
    "model": _models,
    "surface": _surfaces,
}
