"""All commands: what each does, and which module beside this one has it.

They are listed here so that ``gdlab --help`` imports none of those modules.
"""

COMMANDS = {
    "rules": ("tables", "List the rules, their sources and defaults."),
    "models": ("tables", "List the models, their sources and parameters."),
    "table": ("tables", "Compute a rule's table, one row per sample."),
    "export": ("exporting", "Write workbooks with live formulas."),
    "page": ("page", "Write a web page that computes by itself: no Python, no network."),
    "handout": ("handout", "Write a rule on one page: formulas, first rows, rows to fill in."),
    "film": ("film", "Write a run as a film: its path over the loss, row by row."),
    "explain": ("tables", "Show how one cell came about: symbols, numbers, Excel formula."),
    "sweep": ("sweep", "Run a rule over a grid of settings, one number per run."),
    "practice": ("marking", "Write a workbook to fill in by hand, and its key."),
    "class": ("classes", "Make practice sheets for a whole class, and mark what comes back."),
    "class new": ("classes", "Write a practice sheet and a key for every learner on a list."),
    "class mark": ("classes", "Mark a folder of sheets: marks, marked copies, item analysis."),
    "check": ("marking", "Mark filled-in workbooks: right, follows, wrong, and why."),
}
