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
#
# **The lesson** in these notebooks is the gradient descent workbook of the fast.ai course, an Excel
# file with a sheet for each of its optimizers. Its points and its settings are used here, and where
# its rule differs from the published one, both are shown: `adam_lesson` is the lesson's Adam,
# `adam` the one of the paper.

# %%
import gdlab

# %% [markdown]
# ## The points
#
# 29 points, all exactly on $y = 2x + 30$. The optimizers do not know that. They visit the points in
# this order, again and again.

# %%
points = gdlab.lesson_points()
points.set_axis(range(1, len(points) + 1)).T

# %% [markdown]
# The guess is $y = mx + b$ with `slope` $m = 1$ and `intercept` $b = 1$. A run keeps every number
# of what follows, one row per point. Here is the guess after row 1, which has hardly moved.

# %%
run = gdlab.trace("sgd", points, h=0.01)
gdlab.plot(run, "line", row=1)

# %% [markdown]
# ## The sheet answers
#
# The same run as a sheet: every cell can be clicked, every input dragged. Press **Lens** and go on
# with the right arrow key: one row as a person would work it out, step by step. The answer to both
# questions, which way and how far, is in the steps called gradient and step.

# %%
gdlab.sheet("sgd", epochs=1)

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
# Keep the slope fixed and vary the intercept: the loss of this point runs through a parabola
# (left). Keep the intercept fixed and vary the slope: another parabola (right). The dots mark where
# the line stands now. The gradient is how steep each curve is there: downhill is to the right, in
# both. It is written $\partial e^2 / \partial b$ and $\partial e^2 / \partial m$; the sign
# $\partial$ (a round d) says that one parameter varies and the other is kept fixed.

# %%
gdlab.plot_tangents(run, row=1)

# %% [markdown]
# How steep? Move a parameter by a small $h = 0.01$ and see how much the loss grows: that is
# `est_grad`. Calculus gives the slope itself: `grad`. With a smaller $h$ the two are closer, until
# the digits of the computer run out.

# %%
names = ["err2_h_intercept", "est_grad_intercept", "grad_intercept"]
gdlab.show_row(run, 1, [*names, "err2_h_slope", "est_grad_slope", "grad_slope"])

# %% [markdown]
# Both parabolas are equally high at the dot, but the right one is 14 times narrower, because the
# slope is multiplied by $x = 14$. So its gradient is 14 times larger. Keep that in mind: most of
# what follows in these notebooks is about it.

# %% [markdown]
# ## Your turn first
#
# Two rows with other points. Each cell is judged as you type it: right, right with your own earlier
# numbers, or wrong, with a hint if you ask for one.

# %%
gdlab.practice_sheet("sgd", rows=2)

# %% [markdown]
# ## The first row by hand
#
# A *step* is the gradient times a small number, the learning rate `lr`. It is subtracted, because
# downhill is against the gradient. That is all: the next row starts from the new numbers.

# %%
gdlab.show_row(run, 1)

# %% [markdown]
# The steps come from this rule. The line above `return` is all that there is to it.

# %%
gdlab.show_rule("sgd")

# %% [markdown]
# ## The table
#
# 29 rows, one for every point: one *epoch*. Each number follows from those before it.

# %%
run

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
# ## Check before you go on
#
# 1. The gradient is negative. In which direction does the step go?
# 2. Why is the gradient of the slope 14 times that of the intercept in row 1?
# 3. What does a smaller $h$ do to `est_grad`?
#
# <details><summary>The answers</summary>To larger numbers: it is subtracted. The slope is
# multiplied by $x = 14$. It comes nearer to `grad`, until the digits run out.</details>

# %% [markdown]
# ## Exercise
#
# 1. Do row 1 for the point $(14, 58)$ from the start $b = 20$, $m = 1.5$, with a calculator.
# 2. From which start are both gradients of the first point 0? There are many.
# 3. What does a rate of $1 / (2 \cdot (1 + 14^2))$ do to the first point's error? Try it.

# %% [markdown]
# <details><summary>The answers to 2 and 3</summary>From every start with $b + 14m = 58$. It takes
# the first point's error away at once.</details>
#
# The exercises are worked out in the notebook **Solutions**. Go on with **01 SGD**.
