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
# # 0 · Start here: a line, a loss, a slope
#
# **The question.** Some points lie on a straight line that you do not know. You guess a line,
# look at one point, and want to correct the guess. Which way, and how far?
#
# You need no more than a calculator. Run a cell with Shift+Enter.

# %%
import gdlab

# %% [markdown]
# ## The points
#
# 29 points, all exactly on $y = 2x + 30$. The optimizers are not told so. They visit the points
# in this order, again and again.

# %%
points = gdlab.lesson_points()
points.T

# %% [markdown]
# The guess is $y = mx + b$ with `slope` $m = 1$ and `intercept` $b = 1$. A run keeps every number
# of what follows, one row per point. Here is the guess after row 1, which has hardly moved.

# %%
run = gdlab.trace("sgd", points, h=0.01)
gdlab.plot(run, "line", row=1)

# %% [markdown]
# ## The loss
#
# How wrong is the line at one point? The error is what the line says minus what the point says,
# and the loss is its square, so that too high and too low both count.

# %%
gdlab.show_row(run, 1, ["y_pred", "error", "err2"])

# %% [markdown]
# ## The gradient, as the slope of two curves
#
# Hold the slope and turn the intercept: the loss of this point runs through a parabola (left).
# Hold the intercept and turn the slope: another parabola (right). The dots mark where we stand.
# The gradient is how steep each curve is there: downhill is to the right, in both.

# %%
gdlab.plot_tangents(run, row=1)

# %% [markdown]
# How steep? Move a parameter by a small $h = 0.01$ and see how much the loss grows: that is
# `est_grad`. Calculus gives the same without the detour: `grad`. The smaller $h$, the closer the
# two.

# %%
names = ["err2_h_intercept", "est_grad_intercept", "grad_intercept"]
gdlab.show_row(run, 1, [*names, "err2_h_slope", "est_grad_slope", "grad_slope"])

# %% [markdown]
# Both parabolas are equally high at the dot, but the right one is 14 times narrower, because
# $x = 14$ stands before the slope. So its gradient is 14 times larger. Keep that in mind: most of
# what follows in these notebooks is about it.

# %% [markdown]
# ## The first row by hand
#
# A *step* is the gradient times a small number, the learning rate `lr`. It is subtracted, because
# downhill is against the gradient. That is all: the next row starts from the new numbers.

# %%
gdlab.show_row(run, 1)

# %% [markdown]
# The same lines are the rule that made them. What stands left of `return` is all that there is.

# %%
gdlab.show_rule("sgd")

# %% [markdown]
# ## The table
#
# 29 rows, one for every point: one *epoch*. Each number follows from those before it.

# %%
run

# %% [markdown]
# ## The sliders
#
# The learning rate decides how far a step goes. Drag it and watch the line.

# %%
gdlab.explore("sgd", epochs=1)

# %% [markdown]
# ## The same cells in Excel
#
# Any cell tells how it came about: in symbols, with its numbers, and as a formula of the exported
# sheet.

# %%
run.explain(2, "new_slope")

# %% [markdown]
# ## What breaks it
#
# A step that goes too far lands higher on the other side of the valley than it began. From there
# the gradient is larger, and the next step goes further still.

# %%
gdlab.plot(gdlab.trace("sgd", lr=0.001), "loss", "path")

# %% [markdown]
# ## Exercise
#
# 1. Do row 1 for the point $(14, 58)$ from the start $b = 20$, $m = 1.5$, with a calculator. Then
#    run the cell below.
# 2. From which start are both gradients of the first point 0? There are many.
# 3. What does a rate of $1 / (2 \cdot (1 + 14^2))$ do to the first point's error? Try it.

# %%
mine = gdlab.trace("sgd", start={"intercept": 20, "slope": 1.5})
gdlab.show_row(mine, 1)

# %% [markdown]
# Go on with **01 SGD**.
