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
# # 2 · Momentum: an average of the gradients
#
# **The question.** SGD forgets. Every point pulls the line its own way, and the slope jumps up
# and down with each. What if a step followed not the last gradient but an average of the last
# few?

# %%
import gdlab

# %% [markdown]
# ## The sheet answers
#
# **Lens**, then the right arrow to $\bar g_b$: its picture shows what every earlier row still adds
# to the average. Drag `beta` and watch the bars: at 0 only the last one is left.
#
# Is it better than SGD? **Add to compare**, set `beta` to 0, open *compare*.

# %%
gdlab.sheet("momentum")

# %% [markdown]
# ## The rule
#
# `avg` is a running average: nine tenths of the average in the row above, one tenth of this row's
# gradient. It is carried to the next row; `step` is only shown.

# %%
gdlab.show_rule("momentum")

# %% [markdown]
# ## Your turn first
#
# Two rows with other points, before you read how it is done. Each cell is judged as you type it:
# right, right with your own earlier numbers, or wrong, with a hint if you ask for one.

# %%
gdlab.practice_sheet("momentum", rows=2)

# %% [markdown]
# ## Row 1 by hand
#
# Above the first row there is no average yet, so it starts from 0. Hence the first step is only a
# tenth of SGD's.

# %%
run = gdlab.lesson("momentum")
gdlab.show_row(run, 1)

# %% [markdown]
# Row 2 has an average above it. Nine tenths of that one, one tenth of the new gradient:

# %%
gdlab.show_row(run, 2, ["grad_slope", "avg_slope", "step_slope", "new_slope"])

# %% [markdown]
# ## Next to SGD
#
# The same points, the same rate. The largest step of momentum is smaller, and from row to row its
# steps change a little less. From the second epoch on its error is smaller. But the intercept still
# hardly moves: the slope's gradients are $x$ times the intercept's, so their averages are far apart
# too.

# %%
runs = [gdlab.lesson("basic"), run]
gdlab.plot(runs, "epochs", "steps")

# %% [markdown]
# ## What breaks it
#
# Momentum may help a rate that is too large, or hurt it. At 0.0005 SGD diverges: it ends worse
# than it began. (It has not exploded: in five epochs every cell is still a number.) With
# `beta=0.5` it converges. With `beta=0.9` the average carries on over the bottom of the valley,
# and the line swings ever higher.

# %%
betas = [gdlab.trace("momentum", epochs=5, lr=0.0005, beta=beta) for beta in (0, 0.5, 0.9)]
gdlab.plot(betas, "loss", "epochs")

# %%
[(run.hyper["beta"], run.diverged, run.exploded) for run in betas]

# %% [markdown]
# ## Two ways to write it
#
# PyTorch writes momentum without the $(1 - \beta)$: a ball that keeps nine tenths of its speed and
# adds the whole gradient. Its velocity is ten times the average. So with the same rate it goes ten
# times as far, and with a tenth of the rate it gives the same line.

# %%
gdlab.show_rule("heavy_ball")

# %%
pair = [gdlab.lesson("momentum"), gdlab.trace("heavy_ball", epochs=5, lr=0.00001)]
[one.final for one in pair]

# %% [markdown]
# ## True or false?
#
# This is said in articles on gradient descent. Guess before you open a line: inside stand the
# verdict, computed when this page was run, the numbers behind it, and the cells that show them.
# Notebook 10 has all such claims, by article.

# %%
about = "momentum; averaging; beta of; buffer form"
gdlab.audit.show_claims(gdlab.claims(*about.split("; ")))

# %% [markdown]
# ## Check before you go on
#
# 1. How large is the first step beside SGD's at the same rate?
# 2. Which `beta` makes momentum SGD, to the last digit?
# 3. With what rate does the heavy ball give the same line?
#
# <details><summary>The answers</summary>A tenth. 0. With a tenth of the rate.</details>

# %% [markdown]
# ## Exercise
#
# 1. Do `avg_intercept` of rows 1, 2 and 3 with a calculator.
# 2. After how many rows of gradient 0 has an average fallen to a half? Try `beta` 0.5, 0.9, 0.99.
# 3. Why does the first step of momentum say little about the gradient's size? What would you
#    divide it by? (Adam does that, in notebook 04.)

# %% [markdown]
# The exercises are worked out in the notebook **Solutions**.
