"""``python -m gdlab`` is the command ``gdlab``."""

import os
import sys

# Python has put the current folder first, where strangers' files may be named like modules.
sys.path[:] = [place for place in sys.path if place not in ("", os.getcwd())]  # noqa: PTH109

from gdlab.cli import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
