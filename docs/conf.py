"""How Sphinx builds the site: ``make docs``. Whatever follows from the package is written here."""

import re
import shutil
from pathlib import Path

from sphinx.application import Sphinx

import gdlab
from gdlab.core.registry import BUILT_IN_RULES, find_rule
from gdlab.notebook.display import show_rule

HERE = Path(__file__).parent
TOP = HERE.parent
GENERATED = HERE / "generated"

project = "gdlab"
author = "the gdlab contributors"
html_show_copyright = False
release = gdlab.__version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "generated", "notebooks/source"]
html_theme = "furo"
html_title = "gdlab"
html_extra_path = [str(TOP / "exports" / "graddesc.html")]
nb_execution_mode = "off"  # the notebooks carry their outputs, and a test runs them
nb_merge_streams = True
myst_heading_anchors = 3
autodoc_typehints = "none"
suppress_warnings = ["mystnb.unknown_mime_type"]  # the live sheets, which a site cannot run


def reference() -> str:
    """What ``import gdlab`` offers, in reStructuredText, a directive for each name."""
    parts = []
    for name in sorted(gdlab.__all__):
        kind = "autoclass" if isinstance(getattr(gdlab, name), type) else "autofunction"
        members = "\n   :members:" if kind == "autoclass" else ""
        parts.append(f".. {kind}:: gdlab.{name}{members}\n")
    return "\n".join(parts)


def formulas() -> str:
    """Every rule typeset, from the tree that its table is made from."""
    parts = []
    for function in BUILT_IN_RULES:
        rule = find_rule(function)
        parts.append(f"### {rule.name}\n\n{show_rule(rule.name)._repr_html_()}\n")
    return "\n".join(parts)


GENERATED.mkdir(exist_ok=True)
(GENERATED / "reference.rst").write_text(reference(), encoding="utf-8")
(GENERATED / "formulas.md").write_text(formulas(), encoding="utf-8")
shutil.copytree(
    TOP / "notebooks",
    HERE / "notebooks",
    ignore=shutil.ignore_patterns("source", "written", ".*"),
    dirs_exist_ok=True,
)


# A document is read on its own, too: there its links lead through the project's folders.
PAGE = re.compile(r"\[([^]]+)\]\(\.\./exports/(graddesc\.html[^)]*)\)")


def as_on_the_site(source: list[str]) -> None:
    """Lead the links of a page to what stands beside it on the site."""
    text = source[0].replace("](../notebooks/", "](notebooks/").replace("](docs/", "](")
    source[0] = PAGE.sub(r'<a href="\2">\1</a>', text)


def setup(app: Sphinx) -> None:
    """Ask to see each page before it is read."""
    app.connect("source-read", lambda app, name, source: as_on_the_site(source))
    app.connect("include-read", lambda app, path, name, source: as_on_the_site(source))
