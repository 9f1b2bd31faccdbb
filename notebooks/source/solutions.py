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
# # Solutions
#
# The exercises of the notebooks 00 to 08, worked out. Every answer is computed here.

# %%
import numpy as np
import pandas as pd

import gdlab
from gdlab.core.registry import find_rule

# %% [markdown]
# ## 00 · Start here
#
# 1. Row 1 from $b = 20$, $m = 1.5$:

# %%
mine = gdlab.trace("sgd", start={"intercept": 20, "slope": 1.5})
gdlab.show_row(mine, 1)

# %% [markdown]
# 2. Both gradients are 0 where the error is 0: from every start with $b + 14m = 58$.
# 3. The step of that length takes the first point's error away. From the line after row 1 to the
#    point:

# %%
once = gdlab.trace("sgd", lr=1 / (2 * (1 + 14**2)))
b, m = (once.value(f"new_{name}", 1) for name in ("intercept", "slope"))
round(b + 14 * m - 58, 9)

# %% [markdown]
# ## 01 · SGD
#
# 1. Row 2:

# %%
run = gdlab.lesson("basic")
gdlab.show_row(run, 2, ["y_pred", "error", "grad_slope", "step_slope", "new_slope"])

# %% [markdown]
# 2. The first gradient does not depend on the rate, so half the rate makes half the step.
# 3. The limit from $x = 99$ was $1 / (1 + x^2)$. With $x$ a tenth of that it is about a hundred
#    times larger:

# %%
pd.Series({x: 1 / (1 + x * x) for x in (99, 9.9)}, name="largest rate").to_frame()

# %% [markdown]
# ## 02 · Momentum
#
# 1. `avg_intercept` of rows 1 to 3:

# %%
momentum = gdlab.lesson("momentum")
rows = pd.RangeIndex(1, 4, name="t")
numbers = [momentum.explain(t, "avg_intercept").numbers for t in rows]
pd.DataFrame({"avg_intercept": numbers}, index=rows)

# %% [markdown]
# 2. After $n$ rows of gradient 0 an average has $\beta^n$ of its value. The first $n$ with
#    $\beta^n \le 1/2$:

# %%
betas = pd.Series([0.5, 0.9, 0.99], name="beta")
pd.DataFrame({"rows": np.ceil(np.log(0.5) / np.log(betas)).astype(int).values}, index=betas)

# %% [markdown]
# 3. It is $1 - \beta$ of the gradient, whatever the gradient is. Divided by $1 - \beta$ it is the
#    gradient itself: that is Adam's correction in row 1.
#
# ## 03 · RMSprop
#
# 1. Row 2:

# %%
rmsprop = gdlab.trace("rmsprop")
gdlab.show_row(rmsprop, 2, ["grad_intercept", "sqr_avg_intercept", "step_intercept"])

# %% [markdown]
# 2. Outside the root `eps` is added to the root, inside to its square: there 100 counts like 10
#    beside the root. So `rmsprop` feels it more. The first steps of the slope:

# %%
rules = ("rmsprop", "rmsprop_eps_inside")
steps = [[gdlab.trace(r, eps=e).value("step_slope", 1) for e in (1e-8, 100)] for r in rules]
pd.DataFrame(steps, index=rules, columns=["eps 1e-8", "eps 100"])

# %% [markdown]
# 3. With $x$ ten times as large the first guess is too high, not too low, so both steps change
#    their sign. SGD's is then 19 times as long; RMSprop divides by the gradient's own size, and
#    its step is as long as before.

# %%
tenfold = gdlab.lesson_points().assign(x=lambda points: 10 * points["x"])
pairs = [(r, p) for r in ("sgd", "rmsprop") for p in (gdlab.lesson_points(), tenfold)]
first = [gdlab.trace(r, p).value("step_slope", 1) for r, p in pairs]
pd.DataFrame(np.reshape(first, (2, 2)), index=["sgd", "rmsprop"], columns=["x", "10 x"])

# %% [markdown]
# ## 04 · Adam
#
# 1. Row 2:

# %%
adam = gdlab.trace("adam", lr=0.1)
gdlab.show_row(adam, 2, ["avg_slope", "avg_hat_slope"])

# %% [markdown]
# 2. The first $t$ with $1 - 0.999^t > 1/2$:

# %%
next(t for t in range(1, 10_000) if 1 - 0.999**t > 0.5)

# %% [markdown]
# 3. The error of the fifth epoch:

# %%
names = ["constant", "step_decay", "exponential", "cosine", "warmup_cosine"]
ends = [gdlab.trace("adam", epochs=5, lr=1, schedule=name) for name in names]
pd.DataFrame([run.final | {"rmse": run.epochs["rmse"].iloc[-1]} for run in ends], index=names)

# %% [markdown]
# ## 05 · All of them compared
#
# 1. With $x$ ten times smaller, and a hundred times the rate, SGD is far better than before. Scaled
#    inputs are half of what the other rules are for.

# %%
small = gdlab.lesson_points().assign(x=lambda points: points["x"] / 10)
rates = {"sgd": 0.01, "adam": 0.1}
scaled = [gdlab.trace(rule, small, epochs=50, lr=lr) for rule, lr in rates.items()]
gdlab.plot(scaled, "epochs", "path")

# %% [markdown]
# 2. How many numbers each carries per parameter:

# %%
kept = {name: len(find_rule(name).carried) for name in gdlab.rules()}
pd.Series(kept, name="carried").sort_values().to_frame().T

# %% [markdown]
# 3. From the right intercept and a wrong slope, such as $b = 30$, $m = 2.5$: SGD mends the slope
#    and hardly moves the intercept, while Adam moves both. How far each is from the goal after
#    five epochs:

# %%
near = {"start": {"intercept": 30, "slope": 2.5}, "epochs": 5}
pair = [gdlab.trace("sgd", **near).final, gdlab.trace("adam", lr=0.1, **near).final]
away = [np.hypot(end["intercept"] - 30, end["slope"] - 2) for end in pair]
pd.DataFrame({"distance": away}, index=["sgd", "adam"])

# %% [markdown]
# ## 06 · Batches and schedules
#
# 1. One update an epoch; the path no longer jumps from side to side:

# %%
full = gdlab.trace("sgd", epochs=20, batch_size="full")
print(full.updates, "updates in", full.n_epochs, "epochs")
gdlab.plot(full, "epochs", "path")

# %% [markdown]
# 2. `sample`, `x` and `y` come in another order, and with them everything that is computed.
#    `epoch` and `t` stay.
# 3. The error of the last of five epochs:

# %%
norms = (1, 10, 100, 1000)
clipped = [gdlab.trace("sgd", epochs=5, lr=0.001, max_norm=norm) for norm in norms]
pd.DataFrame({"rmse": [run.epochs["rmse"].iloc[-1] for run in clipped]}, index=norms)

# %% [markdown]
# ## 08 · Your own optimizer


# %%
@gdlab.rule
def careful(g, lr=0.0001):
    step = max(-0.5, min(0.5, lr * g))
    return (), (step,)


# %%
def two_averages(g, fast_prev, slow_prev, lr=0.0001):
    fast = 0.5 * fast_prev + 0.5 * g
    slow = 0.9 * slow_prev + 0.1 * g
    step = lr * (fast + slow) / 2
    return (fast, slow), (step,)


# %%
gdlab.rule(two_averages)
gdlab.plot([gdlab.trace(rule, epochs=5) for rule in ("careful", "two_averages")], "epochs", "path")
