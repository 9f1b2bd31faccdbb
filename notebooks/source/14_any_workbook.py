# ---
# jupyter:
#   jupytext:
#     formats: ipynb,source//py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 14 · Any workbook
#
# **The question.** You have a spreadsheet of gradient descent that gdlab did not write: your own, a
# student's, or one from the web. Which rule is it, and is every cell right?

# %%
from pathlib import Path

import openpyxl

import gdlab

# %% [markdown]
# ## A sheet as people make them
#
# One row is one update of a straight line: the headers are the author's own, the learning rate
# stands in a cell at the top. The script writes formulas only, into the folder `written` beside
# this notebook.

# %%
POINTS = [(1, 5), (2, 7), (4, 3), (3, 8), (5, 9), (2, 4)]
HEADS = ("hours", "mark", "b", "m", "guess", "miss²", "dL/db", "dL/dm")
MOVED = ["=C{above}-$B$1*G{above}", "=D{above}-$B$1*H{above}"]
FORMULAS = ["=C{r}+D{r}*A{r}", "=(B{r}-E{r})^2", "=2*(E{r}-B{r})"]


# %%
def rows_of(slope_gradient):
    for r, point in enumerate(POINTS, start=4):
        start = [0, 0] if r == 4 else [one.format(above=r - 1) for one in MOVED]
        yield [*point, *start, *(one.format(r=r) for one in [*FORMULAS, slope_gradient])]


# %%
def write(place, slope_gradient="=G{r}*A{r}"):
    book = openpyxl.Workbook()
    for row in (["learning rate", 0.01], [], HEADS, *rows_of(slope_gradient)):
        book.active.append(row)
    book.save(place)


# %%
Path("written").mkdir(exist_ok=True)
write("written/marks.xlsx")

# %% [markdown]
# `gdlab.read_workbook` reads any such file. It finds the cells that become themselves minus
# something, takes the sheet's own loss, `miss²`, differentiates it, and compares.

# %%
gdlab.read_workbook("written/marks.xlsx")

# %% [markdown]
# Nobody told it what the columns mean. `tables` says where each thing stands:

# %%
(table,) = gdlab.read_workbook("written/marks.xlsx").tables
print(table.rule, table.model, table.hyper)
for gradient in table.gradients:
    print(gradient.cells, "is the gradient with respect to", gradient.of, "-", gradient.verdict)

# %% [markdown]
# ## A gradient that is wrong
#
# The same sheet, with one reference wrong in a whole column: `dL/dm` multiplies by the mark (B)
# where the hours (A) belong. The sheet computes without complaint, and its loss may even fall.

# %%
write("written/marks_wrong.xlsx", "=G{r}*B{r}")
reading = gdlab.read_workbook("written/marks_wrong.xlsx")
reading

# %% [markdown]
# A hint says where to look, without the formula that belongs there:

# %%
reading.hint()

# %% [markdown]
# In a terminal `gdlab check` says the same of many files, and `--marked` writes a
# copy with a note on every wrong cell.

# %% [markdown]
# ## Numbers only
#
# Somebody computed by hand, or pasted values: no formula is left, and the numbers are rounded. Now
# a column is recognised by the formula that reproduces it, and the learning rate is computed from
# the numbers.

# %%
run = gdlab.trace("momentum", POINTS, lr=0.05, beta=0.8, start={"intercept": 0, "slope": 0})
columns = ["x", "y", "intercept", "slope", "y_pred", "grad_intercept", "grad_slope"]
columns += ["avg_intercept", "avg_slope", "new_intercept", "new_slope"]

# %%
by_hand = run.frame.set_index("t", drop=False)[columns].round(4)
by_hand.columns = [f"column {number}" for number in range(1, len(columns) + 1)]
by_hand.to_csv("written/by_hand.csv", index=False)
gdlab.read_workbook("written/by_hand.csv")

# %% [markdown]
# One number is changed, as a slip of the pen would do. It is found, and so is what was meant.

# %%
by_hand.loc[3, "column 7"] = by_hand.loc[3, "column 6"]
by_hand.to_csv("written/by_hand_wrong.csv", index=False)
gdlab.read_workbook("written/by_hand_wrong.csv")

# %% [markdown]
# ## The stranger's sheet with sliders
#
# Where model and rule are gdlab's own, `run` is the same descent as a trace: it equals the stored
# numbers, and everything that a trace can do is there, sliders too.

# %%
print(table.run)

# %%
gdlab.plot(table.run, "loss", "line")

# %%
gdlab.explore(table.run)

# %% [markdown]
# ## What breaks it
#
# A workbook in which nothing descends is reported as such, and none of its cells is called wrong.

# %%
book = openpyxl.Workbook()
for year in range(1, 6):
    book.active.append([f"=A{year - 1}*1.03-20" if year > 1 else 500])
book.save("written/savings.xlsx")
gdlab.read_workbook("written/savings.xlsx")

# %% [markdown]
# ## Exercise
#
# Write a sheet with `write` in which `dL/dm` is right, but half of what it should be: remove
# the 2 from its formula only. Is that a choice or a mistake? What if both gradients are halved?
