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
# # 8 · Your own optimizer, in six lines
#
# **The question.** You have an idea for a better step. What must you write, to see it row by row,
# in Excel, typeset, and in a practice sheet?
#
# Only the step. A rule is a short function; everything else is made from it.

# %%
from pathlib import Path

import gdlab
from gdlab.formulas.functions import sign

# %% [markdown]
# ## The smallest rule
#
# `g` is the gradient with respect to one parameter; every argument with a default is a
# hyperparameter. `step` is what is subtracted from the parameter. Two tuples are returned: what is
# carried to the next row, and what is only shown. Here only the *sign* of the gradient counts.


# %%
@gdlab.rule
def sign_step(g, lr=0.1):
    """Mine: a step of lr, downhill."""
    step = lr * sign(g)
    return (), (step,)


# %% [markdown]
# That is all. The rule has its typeset form, its table, its picture, its cells in Excel:

# %%
gdlab.show_rule("sign_step")

# %%
run = gdlab.trace("sign_step", epochs=5)
gdlab.show_row(run, 1)

# %%
gdlab.plot([gdlab.lesson("basic"), run], "epochs", "path")

# %% [markdown]
# ## A rule that remembers
#
# An argument that ends in `_prev` is the cell in the row above. What is returned under the same
# name, without `_prev`, is carried on. Let the step grow while the gradient keeps its sign, and
# shrink when it turns. (Riedmiller and Braun had that idea in 1992, for whole batches.)


# %%
def turning(g, size_prev=0.1, way_prev=1, up=1.2, down=0.5):
    way = sign(g)
    size = size_prev * up if way * way_prev > 0 else size_prev * down
    step = size * way
    return (size, way), (step,)


# %% [markdown]
# `@gdlab.rule` above the function registers it; so does calling it.

# %%
gdlab.rule(turning)
gdlab.show_rule("turning")

# %% [markdown]
# Each of the two names has a column for each parameter, and a start that can be changed.

# %%
mine = gdlab.trace("turning", epochs=5, batch_size="full")
columns = ["epoch", "sample", "t", "size_slope", "way_slope", "step_slope", "new_slope"]
mine.frame[columns].set_index(["epoch", "sample"]).tail(3)

# %% [markdown]
# ## The sliders
#
# `up` and `down` have number boxes; a rate of your own is a slider when it is called `lr`.

# %%
gdlab.explore("turning", batch_size="full", epochs=40)

# %% [markdown]
# ## The same cells in Excel

# %%
gdlab.show_cells(mine, 30, ["way_slope", "size_slope", "step_slope", "new_slope"])

# %%
Path("written").mkdir(exist_ok=True)
print(mine.to_excel("written/turning.xlsx"))

# %% [markdown]
# ## On another surface
#
# Any rule runs on any surface. Here is a curved valley, with Adam beside it.

# %%
valley = {"surface": "rosenbrock", "start": {"u": -1, "v": 1.5}, "steps": 200}
pair = [gdlab.trace("turning", **valley), gdlab.trace("adam", lr=0.05, **valley)]
gdlab.plot(pair, "loss", "path")

# %% [markdown]
# ## What breaks it
#
# A rule keeps to what Python, Excel and LaTeX can all say: `+ - * / **`, one comparison in a
# conditional expression, a few functions. Anything else is refused at once, with the line.


# %%
def looping(g, lr=0.1):
    for _ in range(3):
        step = lr * g
    return (), (step,)


# %%
try:
    gdlab.rule(looping)
except ValueError as error:
    print(error)

# %% [markdown]
# ## Exercise
#
# 1. Write `sgd` with a step of at most 0.5 to either side: `max` and `min` take two arguments.
# 2. Write momentum with two averages, a fast one and a slow one, and step by their mean.
# 3. Give a friend a practice sheet of your rule: `gdlab.practice("turning",
#    "written/friend.xlsx")`.
#
# The first two are worked out in the notebook **Solutions**. Here is a sheet of this rule to fill
# in:

# %%
gdlab.practice_sheet("turning", rows=2)
