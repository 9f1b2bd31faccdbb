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
# # 3 · RMSprop: every parameter its own scale
#
# **The question.** The slope's gradient is $x$ times the intercept's. So one learning rate is too
# large for the one and too small for the other. Can each parameter find its own?

# %%
import gdlab

# %% [markdown]
# ## The sheet answers
#
# Look at the picture of the steps: one curve for each parameter. On SGD's sheet they lie far apart;
# here they lie on each other. **Lens**, and the right arrow to the step, shows what each gradient
# is divided by.

# %%
gdlab.sheet("rmsprop")

# %% [markdown]
# ## The rule
#
# `sqr_avg` is a running average of the *squared* gradient. Its root tells how large gradients of
# this parameter usually are. Divided by it, a step is about `lr`, whatever the gradient's units.

# %%
gdlab.show_rule("rmsprop")

# %% [markdown]
# ## Your turn first
#
# Two rows with other points, before you read how it is done. Each cell is judged as you type it:
# right, right with your own earlier numbers, or wrong, with a hint if you ask for one.

# %%
gdlab.practice_sheet("rmsprop", rows=2)

# %% [markdown]
# ## Row 1 by hand
#
# From an average of 0, the first `sqr_avg` is a tenth of the squared gradient. Gradient over root
# is then $1 / \sqrt{0.1} \approx 3.16$ for both parameters: both make the *same* first step.

# %%
run = gdlab.trace("rmsprop", epochs=5)
gdlab.show_row(run, 1)

# %% [markdown]
# ## Next to SGD
#
# The steps of both parameters are now of the same size, mostly some hundredths to tenths, and the
# intercept moves on.

# %%
runs = [gdlab.lesson("basic"), run]
gdlab.plot(runs, "epochs", "path")

# %%
gdlab.plot(run, "steps")

# %% [markdown]
# ## The lesson's rule
#
# The lesson's sheet `rmsprop` divides by the average of the row *above*. So row 1 needs one to
# start from, and the workbook's macros put it there. `eps` is missing. Here the rule is called
# `rmsprop_lesson`.

# %%
gdlab.show_rule("rmsprop_lesson")

# %%
lesson = gdlab.lesson("rmsprop")
gdlab.show_row(lesson, 1, ["grad_slope", "sqr_avg_slope", "step_slope", "new_slope"])

# %% [markdown]
# ## What breaks it
#
# The step does not shrink when the gradient does: it is divided by its own size. So with a
# constant rate the line comes near the goal and then circles about it, the wider the larger the
# rate.

# %%
rates = [gdlab.trace("rmsprop", epochs=50, lr=lr) for lr in (0.1, 0.5, 2)]
gdlab.plot(rates, "epochs")

# %% [markdown]
# And dividing is dangerous where the divisor may be 0. The lesson's rule, started from an average
# of 0, divides by it in row 1: a spreadsheet says #DIV/0!, and here the cell is nan.

# %%
zero = {"sqr_avg_intercept": 0, "sqr_avg_slope": 0}
gdlab.trace("rmsprop_lesson", start=zero).exploded

# %% [markdown]
# ## True or false?
#
# This is said in articles on gradient descent. Guess before you open a line: inside stand the
# verdict, computed when this page was run, the numbers behind it, and the cells that show them.
# Notebook 10 has all such claims, by article.

# %%
about = (
    "RMSprop's; RMSprop gets; RMSprop makes; running average; recent gradients; "
    "without a root; TensorFlow"
)
gdlab.audit.show_claims(gdlab.claims(*about.split("; ")))

# %% [markdown]
# ## Check before you go on
#
# 1. How large are the two first steps beside each other?
# 2. Does a step become small where the gradient does?
# 3. All $x$ ten times as large: what becomes of SGD's first step, and of RMSprop's?
#
# <details><summary>The answers</summary>Alike, $lr / \sqrt{0.1}$. No, it is divided by its own
# size. SGD's changes its sign and is about 19 times as large; RMSprop's keeps its size.</details>

# %% [markdown]
# ## Exercise
#
# 1. Do `sqr_avg_intercept` and `step_intercept` of row 2 with a calculator.
# 2. `rmsprop` adds `eps` outside the root, `rmsprop_eps_inside` within. Set `eps=100` in both:
#    which one feels it more, and why?
# 3. Multiply all $x$ by 10. What happens to the steps of SGD, and what to those of RMSprop?

# %% [markdown]
# The exercises are worked out in the notebook **Solutions**.
