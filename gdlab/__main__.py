"""``python -m gdlab`` is the command ``gdlab``."""

import os
import sys


def main() -> int:
    """Run the command, which imports nothing from the current folder.

    Python has put it first (-m, or an empty entry of PYTHONPATH), and strangers' files may lie
    there that are named like modules.
    """
    here = os.getcwd()  # noqa: PTH109
    places = [place for place in sys.path if os.path.isabs(place)]  # noqa: PTH117
    sys.path[:] = [place for place in places if os.path.realpath(place) != here]
    from gdlab.cli import main as command

    return command()


if __name__ == "__main__":
    sys.exit(main())
