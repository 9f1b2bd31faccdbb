"""The options of a run, the same words as the arguments of ``gdlab.trace``, for every command."""

import argparse

from gdlab.cli.given import batch_size, seed
from gdlab.cli.parsing import Parser, whole


def add_run_options(parser: Parser, epochs_note: str = "") -> None:
    """Add what a run is given beside its rule; ``epochs_note`` goes behind the help of --epochs."""
    run = parser.add_argument_group("the run")
    add_data_options(run)
    run.add_argument(
        "--epochs",
        metavar="N",
        type=whole,
        help=f"passes over the points (default 1, as for gdlab.trace{epochs_note})",
    )
    run.add_argument(
        "--set",
        metavar="NAME=NUMBER",
        action="append",
        default=[],
        help="a hyperparameter, such as lr=0.1; lr=find looks for one that fits; "
        "h=0.01 adds finite differences, max_norm=1 or max_value=1 clips the gradient, "
        "weight_decay=0.01 adds L2 decay; may be repeated",
    )
    run.add_argument(
        "--start",
        metavar="NAME=NUMBER",
        action="append",
        default=[],
        help="a starting value, such as intercept=1; may be repeated",
    )
    run.add_argument(
        "--shuffle",
        nargs="?",
        const=True,
        choices=("replacement",),
        metavar="replacement",
        help="reshuffle every epoch; with the word replacement, draw every sample from all",
    )
    run.add_argument(
        "--seed", metavar="S", type=seed, help="the random seed of the shuffle (default 0)"
    )
    add_course_options(run)
    add_model_option(run)
    add_scale_option(run)
    run.add_argument("--surface", metavar="NAME", help="descend a surface, such as ravine")
    run.add_argument("--steps", metavar="N", type=whole, help="updates on a surface (default 100)")


def add_model_option(group: "argparse._ArgumentGroup | Parser") -> None:
    """Add what is descended."""
    group.add_argument(
        "--model", metavar="NAME", help="a model (see gdlab models), such as logistic: default line"
    )


def add_scale_option(group: "argparse._ArgumentGroup | Parser") -> None:
    """Add which columns are scaled."""
    group.add_argument(
        "--scale",
        metavar="[COLUMN=]KIND",
        action="append",
        default=[],
        help="scale the points: standard or minmax, or one column such as x=standard; may be "
        "repeated",
    )


def add_data_options(group: "argparse._ArgumentGroup | Parser") -> None:
    """Add where the points come from, and which of a table's columns they are."""
    group.add_argument(
        "--data",
        metavar="FILE",
        help="points from a .csv, .tsv, .xlsx, .xlsm or .ods file, from - (standard input) or "
        "from the clipboard (default: the lesson's 29, or the model's own)",
    )
    for name in "xy":
        group.add_argument(
            f"--{name}", metavar="HEAD", help=f"the column that is {name}: its head, or its number"
        )
    group.add_argument("--sheet", metavar="NAME", help="the sheet of a workbook (default: first)")
    group.add_argument(
        "--decimal",
        choices=(".", ","),
        metavar=".|,",
        help="the decimal sign, where 1,000 may be read in two ways",
    )
    group.add_argument("--drop-missing", action="store_true", help="leave out rows without a value")


def add_course_options(group: "argparse._ArgumentGroup | Parser") -> None:
    """Add what changes the course of the same rule: batches, a schedule, a switch."""
    group.add_argument(
        "--batch-size", metavar="N|full", type=batch_size, help="samples per update (default 1)"
    )
    group.add_argument("--schedule", metavar="NAME", help="how lr changes, such as cosine")
    group.add_argument(
        "--switch",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="switch to another rule: --switch at_epoch=3 --switch to=momentum; its "
        "hyperparameters in the same way",
    )


def add_sheet_options(parser: Parser) -> None:
    """Add what a practice sheet is made with: rows, empty columns, digits, points, rates."""
    parser.add_argument(
        "--rows", metavar="N", type=whole, default=6, help="rows to fill in (default 6)"
    )
    parser.add_argument(
        "--blank",
        metavar="COLUMN",
        nargs="+",
        action="extend",
        help="the columns to leave empty, or all (default all)",
    )
    parser.add_argument(
        "--decimals", metavar="D", type=int, help="ask for this many digits after the point"
    )
    parser.add_argument(
        "--epochs",
        metavar="N",
        type=whole,
        help="passes over the points; --rows counts through all of them (default 1)",
    )
    parser.add_argument(
        "--set",
        metavar="NAME=NUMBER",
        action="append",
        default=[],
        help="a rate such as lr=0.1 in place of a drawn one; h=0.01 adds finite differences, "
        "max_norm=1 or max_value=1 clips the gradient, weight_decay=0.01 adds L2 decay; may be "
        "repeated",
    )
    add_data_options(parser)
    add_course_options(parser)
    add_model_option(parser)
    add_scale_option(parser)
