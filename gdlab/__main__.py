"""``python -m gdlab`` is the command ``gdlab``."""

import sys

from gdlab.cli import main

sys.exit(main())
