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
# # 15 · Your own data: scales and rates
#
# **The question.** The lesson's points are small numbers. Why does the same rule explode on a table
# of cars, and what helps?
#
# Thirty cars of 1982: `x` is the weight in pounds, `y` the miles per gallon.

# %%
import numpy as np

import gdlab

# %%
cars = gdlab.sample_points("cars")
cars.describe().loc[["count", "mean", "min", "max"]].round(1)

# %% [markdown]
# ## It explodes
#
# The rate that is good for the lesson's points is far too large here.

# %%
gdlab.trace("sgd", cars, epochs=5)

# %% [markdown]
# The gradient with respect to the slope is $2ex$, and `x` is near 2,500. A step of `lr` times that
# is 2,500 times the intercept's step, and it changes the prediction 2,500 times as much: together
# more than six million times. The summary itself says what helps.
#
# ## Find a rate
#
# `lr="find"` tries the rule with rates of all sizes on these points and takes the one that leaves
# the smallest error. The button **Find a rate** of a sheet does the same.

# %%
found = gdlab.find_rate("sgd", cars, epochs=20)
print(found.explanation.replace("; ", "\n"))

# %%
gdlab.plot(found)

# %% [markdown]
# On the left a rate does nothing, on the right the run explodes; between is a valley. Its right
# edge is near the limit of theory, 2 over the largest eigenvalue. But even at its bottom the error
# is more than twice that of the best line.
#
# ## Why one rate cannot suit both
#
# The path over the contours of the loss says it. The valley is so narrow that its contours are
# lines: across, the loss is 300 million times steeper than along.

# %%
raw = gdlab.trace("sgd", cars, epochs=20, lr="find")
gdlab.plot(raw, "path", "line")

# %%
features = np.column_stack([np.ones(len(cars)), cars.x])
steep = np.linalg.eigvalsh(2 * features.T @ features / len(cars))
print(f"largest {steep[1]:,.0f}, smallest {steep[0]:.1e}, ratio {steep[1] / steep[0]:.1e}")

# %% [markdown]
# A rate that does not overshoot across the valley is so small that nothing moves along it: after 20
# epochs the intercept is still 1. The slope is the best one for *that* intercept, and its sign is
# wrong: heavier cars would go further.
#
# ## The same points, scaled
#
# `scale="standard"` puts a scaled column beside `x` and beside `y`: the mean is subtracted, and the
# result is divided by the standard deviation.

# %%
scaled = gdlab.trace("sgd", cars, epochs=20, lr="find", scale="standard")
names = ["x", "y", "x_scaled", "y_scaled", "intercept", "slope", "y_pred", "error"]
scaled.frame.set_index("t")[names].head(4).round(4)

# %%
gdlab.show_row(scaled, 1, ["x_scaled", "y_scaled", "y_pred", "error"])

# %%
gdlab.plot(scaled, "path", "line")

# %% [markdown]
# The contours are circles now (the picture stretches them a little), because the scaled `x` has the
# mean 0 and the mean square 1: the loss is as steep in one direction as in the other, and one rate
# suits both.

# %%
features = np.column_stack([np.ones(len(cars)), (cars.x - cars.x.mean()) / cars.x.std(ddof=0)])
np.linalg.eigvalsh(2 * features.T @ features / len(cars)).round(6)

# %% [markdown]
# ## Back to pounds and miles
#
# The parameters are those of the scaled points. In the points' own units they stand beside them in
# every row, and NumPy's least squares fit gives the same.

# %%
own = scaled.final_unscaled
slope, intercept = np.polyfit(cars.x, cars.y, 1)
print(f"gdlab  {own['intercept']:.2f} {own['slope']:.5f}")
print(f"NumPy  {intercept:.2f} {slope:.5f}")

# %% [markdown]
# How they come about is a formula of the sheet like any other:

# %%
gdlab.show_row(scaled, 1, ["unscaled_slope", "unscaled_intercept"])

# %% [markdown]
# ## Rules that divide by the size of the gradient
#
# Adam's steps have the size of its rate, however large the gradients are, so it does not explode.
# But a step that is right for the slope is far too short for the intercept. Scaled, it comes to the
# best line as SGD does.

# %%
runs = [gdlab.trace("adam", cars, epochs=20, lr="find", scale=kind) for kind in (None, "standard")]
print([f"{run.found.error:.3g} after {run.n_epochs} epochs, lr={run.found.lr:g}" for run in runs])

# %% [markdown]
# The first error is in miles per gallon, the second in standard deviations of these: 0.726 times
# 5.145 are the 3.74 of the least squares.
#
# **To try.** `scale={"x": "minmax"}` puts the weights between 0 and 1 and leaves `y` alone. Are the
# contours circles then? And with `gdlab.sample_points("temperature")`, whose `x` are years: why is
# it not enough to divide them by 1,000?
