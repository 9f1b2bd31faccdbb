"""What a release needs, looked through before it: ``make release``.

Each line that is printed is something to do first; with none left it says how to go on.
"""

import re
import subprocess
import sys
from pathlib import Path

import yaml

import gdlab

HERE = Path(__file__).parents[1]


def to_do(top: Path, version: str) -> list[str]:
    """What the files of a checkout still lack for a release of this version."""
    cited = yaml.safe_load((top / "CITATION.cff").read_text(encoding="utf-8"))["version"]
    changelog = (top / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\S+?),? ?(\d{4}-\d\d-\d\d)?$", changelog, re.MULTILINE)
    found = []
    if cited != version:
        found.append(f"CITATION.cff has version {cited}, gdlab/__init__.py {version}")
    if newest is None or newest[1] != version:
        found.append(
            f"CHANGELOG.md begins with {newest[1] if newest else 'nothing'}, not {version}"
        )
    elif newest[2] is None:
        found.append(f"CHANGELOG.md has no date beside {version}")
    return found


def git(*words: str) -> str:
    """What git prints."""
    done = subprocess.run(["git", *words], cwd=HERE, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def main() -> int:
    """Print what is to be done; 1 where that is anything."""
    version = gdlab.__version__
    found = to_do(HERE, version)
    if git("status", "--porcelain"):
        found.append("there are changes that are not committed")
    if git("tag", "--list", f"v{version}"):
        found.append(f"v{version} is tagged: give gdlab/__init__.py the next version")
    print("\n".join(found) or f"Ready for {version}: lint, tests, site and packages come next.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
