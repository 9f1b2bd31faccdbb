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
# # 4 · Adam, and annealing
#
# **The question.** Momentum smooths the direction, RMSprop finds the scale. Can one rule do both?
# And how does it come to rest, when its steps do not shrink by themselves?

# %%
import gdlab

# %% [markdown]
# ## The sheet answers
#
# **Lens**, and the right arrow from $\bar g_b$ to the step: first the average, then its correction,
# then the root it is divided by. Press the down arrow: what changes from row to row, and what
# stays?
#
# What if the averages were longer? **Add to compare**, drag `beta2`, open *compare*.

# %%
gdlab.sheet("adam", lr=0.1)

# %% [markdown]
# ## The rule
#
# `avg` is momentum's average, `sqr_avg` is RMSprop's. Both start from 0 and are therefore too
# small at first: after $t$ rows an average holds only $1 - \beta^t$ of its weight. Dividing by
# that corrects it.

# %%
gdlab.show_rule("adam")

# %% [markdown]
# ## Your turn first
#
# Three rows with other points, before you read how it is done. Each cell is judged as you type it:
# right, right with your own earlier numbers, or wrong, with a hint if you ask for one.

# %%
gdlab.practice_sheet("adam", rows=3)

# %% [markdown]
# ## Row 1 by hand
#
# Watch the correction: `avg_hat` is the gradient itself, and `sqr_avg_hat` its square. So the
# first step of every parameter is `lr`, with the gradient's sign.

# %%
run = gdlab.trace("adam", epochs=5, lr=0.1)
gdlab.show_row(run, 1)

# %% [markdown]
# ## The lesson's rule
#
# The rule above, `adam`, is the paper's. The lesson's sheet `adam` leaves out the correction and
# `eps`; here that rule is called `adam_lesson`. In its row 1 both averages are a tenth of what they
# should be, but one of them stands under a root: $0.1 / \sqrt{0.1} \approx 0.32$ of a step.

# %%
gdlab.show_rule("adam_lesson")

# %%
lesson = gdlab.lesson("adam")
gdlab.plot([run, lesson], "epochs", "path")

# %% [markdown]
# ## Annealing
#
# Adam divides a gradient by the size of the gradients before it, so its steps do not shrink as the
# gradients do. To come to rest, the rate must fall. The lesson's sheet `adam_ann` starts with
# `lr` 1. After each epoch it takes the `size` of the averages' roots and divides it by the
# `smallest` so far. Where that `ratio` is over 2, the line is jumping about: the rate is divided
# by 4.

# %%
annealed = gdlab.lesson("adam_ann", epochs=20)
annealed.epochs.set_index("epoch")[["rmse", "size", "smallest", "ratio", "lr"]]

# %% [markdown]
# For thirteen epochs nothing is cut, and the error stays above 3. Then `ratio` passes 2 twice,
# and the two cuts bring the error from 36 down to 0.14 in five epochs. The same run without
# annealing:

# %%
constant = gdlab.trace("adam_lesson", epochs=20, lr=1, beta2=0.95)
gdlab.plot([constant, annealed], "epochs", "path")

# %% [markdown]
# ## What breaks it
#
# A point that lies exactly on the line has the gradient 0. Without `eps`, a table that begins so
# divides 0 by 0. With `eps`, the step is 0 and all is well.

# %%
best = {"intercept": 30, "slope": 2}
[gdlab.trace(rule, start=best).exploded for rule in ("adam_lesson", "adam")]

# %% [markdown]
# ## True or false?
#
# This is said in articles on gradient descent. Guess before you open a line: inside stand the
# verdict, computed when this page was run, the numbers behind it, and the cells that show them.
# Notebook 10 has all such claims, by article.

# %%
about = "bias; default rate; plus RMSprop; overshoots; 29.25; sheet adam; minimum at the target"
gdlab.audit.show_claims(gdlab.claims(*about.split("; ")))

# %% [markdown]
# ## Check before you go on
#
# 1. How long is Adam's first step, for every parameter?
# 2. Why do its steps not shrink by themselves near the goal?
# 3. With `beta2=0.999`: in which row does `sqr_avg` have half of its weight?
#
# <details><summary>The answers</summary>As long as the rate. A gradient is divided by the size of
# the gradients before it. In row 693.</details>

# %% [markdown]
# ## Exercise
#
# 1. Do `avg_slope` and then `avg_hat_slope` of row 2 with a calculator.
# 2. With `beta2=0.999`: which is the first row $t$ in which `sqr_avg` has more than half of its
#    weight, $1 - 0.999^t > 1/2$?
# 3. Try other schedules: `gdlab.explore("adam", lr=1, schedule="cosine")`. Which has the least
#    error in the fifth epoch?

# %% [markdown]
# The exercises are worked out in the notebook **Solutions**.
