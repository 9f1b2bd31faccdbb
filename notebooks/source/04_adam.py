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
# ## The rule
#
# `avg` is momentum's average, `sqr_avg` is RMSprop's. Both start from 0 and are therefore too
# small at first: after $t$ rows an average holds only $1 - \beta^t$ of its weight. Dividing by
# that corrects it.

# %%
gdlab.show_rule("adam")

# %% [markdown]
# ## Row 1 by hand
#
# Watch the correction: `avg_hat` is the gradient itself, and `sqr_avg_hat` its square. So the
# first step of every parameter is `lr`, with the gradient's sign.

# %%
run = gdlab.trace("adam", epochs=5, lr=0.1)
gdlab.show_row(run, 1)

# %% [markdown]
# ## The table

# %%
run

# %% [markdown]
# ## The sliders

# %%
gdlab.explore("adam", lr=0.1)

# %% [markdown]
# ## The lessons' way
#
# The lessons' sheet leaves out the correction and `eps`. In row 1 both averages are a tenth of
# what they should be, but one of them stands under a root: $0.1 / \sqrt{0.1} \approx 0.32$ of a
# step.

# %%
gdlab.show_rule("adam_lesson")

# %%
lesson = gdlab.lesson("adam")
gdlab.plot([run, lesson], "epochs", "path")

# %% [markdown]
# ## The same cells in Excel

# %%
gdlab.show_cells(run, 2)

# %%
print(run.to_excel("adam.xlsx"))

# %% [markdown]
# ## Annealing
#
# Adam's step is about `lr`, near the goal as well as far from it. To come to rest, the rate must
# fall. The lessons' last sheet starts at a rate of 1. After each epoch it looks at the size of
# the averages' roots, and compares it with the smallest so far. Where it has doubled, the line is
# jumping about: the rate is divided by 4.

# %%
annealed = gdlab.lesson("adam_ann", epochs=20)
annealed.epochs

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
# ## Exercise
#
# 1. Do `avg_hat_slope` of row 2 with a calculator, first without the correction, then with it.
# 2. In which row is the correction of `sqr_avg` (with `beta2=0.999`) less than a half?
# 3. Try other schedules: `gdlab.explore("adam", lr=1, schedule="cosine")`. Which ends nearest to
#    $b = 30$, $m = 2$ after five epochs?

# %%
gdlab.show_row(run, 2, ["avg_slope", "avg_hat_slope", "sqr_avg_slope", "sqr_avg_hat_slope"])

# %% [markdown]
# And here is a sheet to fill in, with other points. Each cell is judged as you type it: right, or
# following from an earlier slip, or wrong, with a hint if you ask for one.

# %%
gdlab.practice_sheet("adam", rows=2)
