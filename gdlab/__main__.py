"""``python -m gdlab`` is the command ``gdlab``."""

import os
import sys


def main() -> int:
    """Run the command, which imports nothing from the current folder.

    Python has put it first (-m, or an empty entry of PYTHONPATH), and strangers' files may lie
    there that are named like modules.
    """
    here = os.getcwd()  # noqa: PTH109
    folders = [folder for folder in sys.path if os.path.isabs(folder)]  # noqa: PTH117
    sys.path[:] = [folder for folder in folders if os.path.realpath(folder) != here]
    from gdlab.cli import main as command

    return command()


if __name__ == "__main__":
    sys.exit(main())
