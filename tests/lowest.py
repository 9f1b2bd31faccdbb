"""Print the lowest versions that pyproject.toml promises, as constraints for pip."""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def lowest() -> list[str]:
    """One line for each library that people install, tests' tools aside."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = project["dependencies"] + extras["lab"] + extras["digits"] + extras["parquet"]
    found = (re.fullmatch(r"([\w.-]+)>=([\d.]+)", line) for line in wanted)
    return [f"{one[1]}=={one[2]}.*" for one in found if one]


if __name__ == "__main__":
    print("\n".join(lowest()))
