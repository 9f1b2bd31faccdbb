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
# # 7 · Check your own calculation
#
# **The question.** You did some rows by hand, and the last number is wrong. Where was the first
# mistake, what was it, and what is right all the same?

# %%
from pathlib import Path

import gdlab

# %% [markdown]
# ## A sheet to fill in
#
# `gdlab.practice` writes a workbook with the points and inputs given and the cells to compute left
# empty. Each seed gives different numbers. `key` is the teacher's copy. Both go into the folder
# `written` beside this notebook; a sheet that may be filled in is never replaced.

# %%
Path("written").mkdir(exist_ok=True)
sheet, key_sheet = "written/mine.xlsx", "written/key.xlsx"
print(gdlab.practice("momentum", sheet, rows=3, seed=7, decimals=2, key=key_sheet))

# %% [markdown]
# Fill it in with any spreadsheet program, with numbers or with formulas of your own, and save it.
# Then `gdlab.check` reads it. An empty sheet has no marks yet:

# %%
gdlab.check(sheet).marks

# %%
gdlab.check(key_sheet).marks

# %% [markdown]
# The same sheet can be filled in here. Each cell is judged as you type it.

# %%
gdlab.practice_sheet("momentum", rows=3, seed=7, decimals=2)

# %% [markdown]
# ## What a mistake looks like
#
# Three points, three rows of momentum. This run is the key.

# %%
key = gdlab.trace("momentum", [(1, 5), (2, 7), (4, 3)], lr=0.1, beta=0.9)
gdlab.plot(key, "line", "steps")

# %% [markdown]
# A table that was filled in elsewhere is a DataFrame like any other. Here are the three rows done
# by hand, with one mistake in row 2: its average has `beta` and `1 - beta` the wrong way round. The
# rest of the row was computed with that number.

# %%
table = key.frame.set_index("t")
mine = table[["avg_slope", "step_slope", "new_slope"]].copy()
mine.loc[2, "avg_slope"] = 0.1 * mine["avg_slope"][1] + 0.9 * table["grad_slope"][2]
mine.loc[2, "step_slope"] = 0.1 * mine["avg_slope"][2]
mine.loc[2, "new_slope"] = table["slope"][2] - mine["step_slope"][2]

# %%
gdlab.check(mine, key)

# %% [markdown]
# - **right**: the true value, to the digits that you wrote.
# - **follows**: not the true value, but right with your own earlier numbers. It counts as right.
# - **unearned**: it follows from a wrong number, but is 0 or copied. It counts nothing.
# - **wrong**: does not follow from what stands before it. The reason is named where it is clear.
# - **empty**: nothing there yet.
#
# A hint says where to look, without the value:

# %%
gdlab.check(mine, key).hint()

# %% [markdown]
# ## How many digits?
#
# As many as you like: 58.05 claims two decimals and is judged by them. What rounding of the
# numbers before it can do to a result is allowed for. Here is a whole sheet rounded to three
# decimals.

# %%
rounded = key.frame[list(key.table.computed)].round(3)
gdlab.check(rounded, key).marks

# %% [markdown]
# ## What breaks it
#
# A file that cannot be judged is refused in one line that says why. Formulas are never run: a
# workbook whose formulas were never calculated has no numbers in it.

# %%
try:
    gdlab.check(mine)
except ValueError as error:
    print(error)

# %% [markdown]
# ## Exercise
#
# Change one number of `mine` above to a mistake of your own: forget the factor 2 of the gradient,
# add where you should subtract, use the row above. Is it found?
