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
# # 6 · Batches, schedules, and saving a run
#
# **The question.** So far every point made a step at once, and the rate stayed what it was. What
# changes when several points share one step, and when the rate changes on the way?

# %%
import pandas as pd

import gdlab

# %% [markdown]
# ## Batches: several points, one step
#
# With `batch_size=4` there is still one row per point. The gradients of four rows are averaged,
# and only the batch's last row (`last` is 1) makes a step: an **update**. `t` counts the updates,
# not the rows. The last batch of an epoch may be shorter: 29 rows make 8 updates.

# %%
batches = gdlab.trace("sgd", batch_size=4)
columns = ["sample", "in_batch", "t", "last", "sample_grad_slope", "sum_grad_slope", "grad_slope"]
table = batches.frame[[*columns, "step_slope", "new_slope"]].head(9)
table.set_axis(pd.RangeIndex(1, 10, name="row"))

# %% [markdown]
# Row 4 by hand: the sum so far plus this row's gradient, divided by 4.

# %%
gdlab.show_row(batches, 4, ["sum_grad_slope", "grad_slope", "step_slope", "new_slope"])

# %% [markdown]
# The average over a batch is smoother than one point's gradient, so a larger rate is safe. But
# there are fewer steps. The square-root rule for Adam says: four times the batch, twice the rate.
# The points are now noisy, so no line fits them all.

# %%
noisy = gdlab.make_line(noise=10, seed=1)
pairs = [(1, 0.1), (4, 0.1), (4, 0.2), (16, 0.4)]
same = [gdlab.trace("adam", noisy, epochs=60, batch_size=b, lr=lr) for b, lr in pairs]
gdlab.plot(same, "epochs", "path")

# %% [markdown]
# Here the rule holds for four points: with twice the rate the error ends as low as with single
# points, with the old rate it is higher. For sixteen points four times the rate is not enough,
# because an epoch of 29 points then has only two updates. Rules of thumb have their limits; try a
# rate of 1.6.

# %% [markdown]
# ## Ten times more, ten times less
#
# A run looks bad. Is the rate too large or too small? Run it with a tenth and with ten times the
# rate, and look at the curves: where one creeps, its rate is too small; where one jumps up and
# down, its rate is too large.

# %%
three = [gdlab.trace("adam", epochs=50, lr=lr) for lr in (0.01, 0.1, 1)]
gdlab.plot(three, "epochs")

# %% [markdown]
# ## Schedules: the rate becomes a column
#
# A schedule is a short function, like a rule. Under it `lr` is a column, and `start_lr` the
# input.

# %%
cosine = gdlab.trace("adam", epochs=5, lr=2, schedule="cosine")
gdlab.show_row(cosine, 30, ["lr", "step_slope"])

# %% [markdown]
# Adam's first step is `lr`; later ones are shorter where gradients change their sign, as in this
# row. But they do not shrink as the gradients do, so the line comes to rest only when the rate
# falls.

# %%
two = [gdlab.trace("adam", epochs=5, lr=2), cosine]
gdlab.plot(two, "epochs", "steps")

# %%
[round(run.epochs["rmse"].iloc[-1], 1) for run in two]

# %% [markdown]
# A schedule may also look at the run. `reduce_on_plateau` halves the rate when the error has not
# become smaller for a while.

# %%
plateau = gdlab.trace("adam", epochs=30, lr=0.5, schedule="reduce_on_plateau")
gdlab.plot([gdlab.trace("adam", epochs=30, lr=0.5), plateau], "epochs")

# %% [markdown]
# ## Warm-up
#
# RMSprop's average starts from 0. With `beta=0.999` the first gradient is divided by the root of a
# *thousandth* of its square: the first step is more than 31 times the rate. A warm-up lets the rate
# rise from almost 0 while the average fills.

# %%
slow = {"epochs": 5, "lr": 0.5, "beta": 0.999}
warm = [gdlab.trace("rmsprop", schedule=s, **slow) for s in ("cosine", "warmup_cosine")]
gdlab.plot(warm, "epochs", "steps")

# %%
rmse = {run.schedule: run.epochs.set_index("epoch")["rmse"] for run in warm}
pd.DataFrame(rmse).round(1)

# %% [markdown]
# The warm-up pays later. In the second epoch its rate is still near its top, and its error is four
# times the other's; in the end it is the smaller one.

# %% [markdown]
# ## Stale momentum
#
# The rate is cut to a hundredth after the first epoch. PyTorch's momentum multiplies its velocity
# by the *present* rate, so the steps shrink at once. Another form has the rate inside:


# %%
@gdlab.rule
def inner_rate(g, velocity_prev, lr=0.00001, momentum=0.95):
    velocity = momentum * velocity_prev + lr * g
    step = velocity
    return (velocity,), (step,)


# %% [markdown]
# Its velocity remembers steps of the old rate, and goes on with them for many rows after the cut.

# %%
cut = {"schedule": "step_decay", "factor": 0.01, "interval": 29, "momentum": 0.95}
stale = [gdlab.trace(rule, epochs=2, lr=2e-5, **cut) for rule in ("heavy_ball", "inner_rate")]
gdlab.plot(stale, "steps", "line")

# %% [markdown]
# ## Clipping
#
# At ten times the lesson's rate SGD diverges. `max_norm` looks at the length of both gradients
# together, and shortens them where they are longer, keeping their direction.

# %%
wild = gdlab.trace("sgd", epochs=5, lr=0.001)
clipped = gdlab.trace("sgd", epochs=5, lr=0.001, max_norm=100)
gdlab.plot([wild, clipped], "loss", "line")

# %%
gdlab.show_row(clipped, 1, ["norm", "scale", "scaled_grad_slope", "step_slope"])

# %% [markdown]
# ## The sliders

# %%
gdlab.explore("adam", batch_size=4, schedule="warmup_cosine", max_norm=1000, lr=1)

# %% [markdown]
# ## The same cells in Excel
#
# A batch needs a condition in some cells, and no more than that.

# %%
gdlab.show_cells(batches, 4, ["in_batch", "last", "t", "sum_grad_slope", "step_slope"])

# %% [markdown]
# ## What breaks it
#
# Clipping saves the numbers, not the fit: with a rate a hundred times too large most steps have
# the full length that is allowed, and the line jumps about. In how many of the rows is the norm
# clipped?

# %%
far = gdlab.trace("sgd", epochs=5, lr=0.01, max_norm=1000)
gdlab.plot(far, "epochs", "path")

# %%
print(int((far.column("norm") > 1000).sum()), "of", far.rows)

# %% [markdown]
# ## True or false?
#
# This is said in articles on gradient descent. Guess before you open a line: inside stand the
# verdict, computed when this page was run, the numbers behind it, and the cells that show them.
# Notebook 10 has all such claims, by article.

# %%
about = (
    "mini-batches; one sample; single points; batch's size; plateau of; warm-up; clipping; "
    "set to zero; weight decay adds"
)
gdlab.audit.show_claims(gdlab.claims(*about.split("; ")))

# %% [markdown]
# ## Exercise
#
# 1. `batch_size="full"`: how many updates has an epoch, and what does the path look like now?
# 2. Shuffle: `gdlab.trace("sgd", shuffle=True, seed=1)`. Which columns change, and which stay?
# 3. With which `max_norm` of 1, 10, 100 and 1,000 does SGD at a rate of 0.001 end with the smallest
#    error?
#
# The exercises are worked out in the notebook **Solutions**.
