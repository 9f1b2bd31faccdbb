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
# # 1 · SGD: one point, one step
#
# **The question.** A line $y = mx + b$ starts at $b = 1$, $m = 1$. It sees one point at a time,
# and after each point both numbers move a little against their gradients. The points lie on
# $y = 2x + 30$. Why does the slope come near 2 within a few steps, while the intercept hardly
# leaves 1?

# %%
from pathlib import Path

import gdlab

# %% [markdown]
# ## The sheet answers
#
# Press **Lens** and walk through row 1 with the right arrow key: each formula in symbols, with its
# numbers, and where it can be seen. Stop at $\partial e^2 / \partial m$. Its formula has the answer
# to the question in it.
#
# And what if the rate were three times as large? **Add to compare**, drag `lr`, open the tab
# *compare*: both runs are there.

# %%
gdlab.sheet("sgd")

# %% [markdown]
# ## The rule
#
# The whole optimizer is one line. $g$ is the gradient of the squared error with respect to one
# parameter, and the rule is applied to both parameters alike. On the right the same line is
# typeset.

# %%
gdlab.show_rule("sgd")

# %% [markdown]
# ## Your turn first
#
# Two rows with other points, before you read how it is done. Each cell is judged as you type it:
# right, right with your own earlier numbers, or wrong, with a hint if you ask for one.

# %%
gdlab.practice_sheet("sgd", rows=2, seed=1)

# %% [markdown]
# ## Row 1 by hand
#
# The first point is $(14, 58)$. Every line below can be done with pencil and paper: the formula,
# the same with this row's numbers, and the result.

# %%
run = gdlab.trace("sgd", epochs=5)
gdlab.show_row(run, 1)

# %% [markdown]
# Look at the two steps. The gradient with respect to the slope is the gradient with respect to the
# intercept **times x**. With $x$ up to 99, every error moves the slope up to 99 times as far as the
# intercept.

# %% [markdown]
# ## The table
#
# One row per point, 29 points an epoch, five epochs: 145 rows, of which the page shows the first
# and the last. Each row starts with the `new_intercept` and `new_slope` of the row above.

# %%
run

# %% [markdown]
# One row per epoch. `rmse` is the root of the *mean* squared error, in units of $y$. The lesson
# shows the root of the *sum* under that name; it is here as `root_sum_err2`.

# %%
run.epochs.set_index("epoch")

# %% [markdown]
# On the right: the parameters' path across the loss, with contour lines. The loss is a long, narrow
# valley. SGD drops straight into it and then creeps along its floor.

# %%
gdlab.plot(run, "loss", "path")

# %% [markdown]
# The same table as a pandas frame behind sliders: at what rate does the error begin to grow instead
# of shrink?

# %%
gdlab.explore("sgd")

# %% [markdown]
# ## The same cells in Excel
#
# Every number is also a formula. Row 2, as it stands in the exported sheet: each cell refers to
# cells of its row, to the row above, or to an input by its name, such as `lr`.

# %%
gdlab.show_cells(run, 2)

# %% [markdown]
# This writes the sheet with live formulas into the folder `written` beside this notebook. Open it,
# change the cell `lr`, and everything below follows.

# %%
folder = Path("written")
folder.mkdir(exist_ok=True)
print(run.to_excel(folder / "sgd.xlsx"))

# %% [markdown]
# ## What breaks it
#
# One step multiplies a point's own error by $1 - 2\,lr\,(1 + x^2)$. For $x = 99$ that factor
# leaves the range from $-1$ to $1$ as soon as $lr$ passes $1 / 9802 \approx 0.0001$: the step
# overshoots so far that this point's error grows. Points with a small $x$ can still make up for
# it. At ten times the rate they cannot, and at a hundred times every epoch multiplies the error by
# more than $10^{36}$, until the numbers end at $1.8 \cdot 10^{308}$. A run has **diverged** where
# it ends worse than it began, and **exploded** where a cell is no longer a number.

# %%
rates = [gdlab.trace("sgd", epochs=5, lr=lr) for lr in (0.0001, 0.001, 0.01)]
gdlab.plot(rates, "loss")

# %% [markdown]
# Such a cell is shown, not hidden. `exploded` names the first one, by its row and its column; of a
# run that has only diverged it is None.

# %%
[(run.hyper["lr"], run.diverged, run.exploded) for run in rates]

# %% [markdown]
# ## True or false?
#
# This is said in articles on gradient descent. Guess before you open a line: inside stand the
# verdict, computed when this page was run, the numbers behind it, and the cells that show them.
# Notebook 10 has all such claims, by article.

# %%
about = (
    "rate of 0.0001; larger rate; too small a rate; small steps; ten times the rate; "
    "derivative; same amount; is the slope; called rmse"
)
gdlab.audit.show_claims(gdlab.claims(*about.split("; ")))

# %% [markdown]
# ## Check before you go on
#
# 1. Which of the two parameters moves further in a row, and how many times as far?
# 2. Half the learning rate: what becomes of the first step?
# 3. From which rate on does a step at $x = 99$ make that point's own error larger?
#
# <details><summary>The answers</summary>The slope, $x$ times as far. Half of it. From
# $1 / (1 + 99^2) \approx 0.0001$ on.</details>

# %% [markdown]
# ## Exercise
#
# 1. Do row 2 with a calculator, from `intercept` to `new_slope`.
# 2. Halve the learning rate. By how much does the first `step_slope` change?
# 3. Make $x$ ten times smaller in all points. Up to which rate does no step make its own point's
#    error larger now?

# %% [markdown]
# The exercises are worked out in the notebook **Solutions**.
