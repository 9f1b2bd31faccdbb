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
# # 12 · From the line to the neuron
#
# **The question.** A line predicts any number. What changes when the answer is yes or no?
#
# Ten students said how many hours they had studied; `y` is 1 for those who passed the exam. (The
# numbers are made up.)

# %%
from math import exp, log

import gdlab

gdlab.trace("sgd", model="logistic").frame.set_index("t")[["x", "y"]].T

# %% [markdown]
# ## The model in six lines
#
# The line `z` is still there. A sigmoid turns it into a number between 0 and 1, the probability
# that the student passes. Arguments without a default are columns of the points; those with one are
# parameters, and the default is the starting value. The last name that is returned is the loss.


# %%
@gdlab.model
def neuron(x, y, weight=0, bias=0):
    """Mine: a line, a sigmoid, and the log loss."""
    z = bias + weight * x
    a = 1 / (1 + exp(-z))
    loss = -(y * log(a) + (1 - y) * log(1 - a))
    return z, a, loss


# %%
EXAM = gdlab.trace("sgd", model="logistic").frame[["x", "y"]]
run = gdlab.trace("sgd", EXAM, model=neuron, lr=0.1, epochs=200)
run.frame.set_index("t").head(3).round(4)

# %% [markdown]
# ## Why the loss changes
#
# The squared error of a probability is at most 1, so being sure and wrong costs hardly more than
# being unsure. The log loss has no such limit: with `y = 1` it is $-\log a$, which grows without
# end as `a` goes to 0.
#
# ## The chain rule, cell by cell
#
# `grad_z` means $\partial L/\partial z$: how the loss grows when `z` does. Two factors make it. The
# loss changes with `a` by $(a - y)/(a(1 - a))$, and `a` changes with `z` by its own slope,
# $a(1 - a)$. In their product the slope cancels, and what is left is one difference:

# %%
print(run.explain(2, "grad_z"))

# %% [markdown]
# gdlab writes that difference and not the two factors, because `a` rounds to exactly 1 from
# z = 37 on: there the first factor would divide by 0.
#
# From `grad_z` it is one step to each parameter. `z = bias + weight * x` grows with the weight by
# `x`, and with the bias by 1:

# %%
print(run.explain(2, "grad_weight"))
print(run.explain(2, "grad_bias"))

# %% [markdown]
# ## Did it learn?
#
# The mean loss falls from 0.70 in the first epoch to 0.51 in the last. The probability then crosses
# one half between two and a half and three hours: where `z` is 0, at -bias / weight.

# %%
run.epochs.set_index("epoch")[["mean_loss", "weight", "bias"]].loc[[1, 10, 50, 200]].round(4)

# %%
gdlab.plot(run, "loss", "path")

# %%
last = run.frame.set_index("t").tail(10)
last[["x", "y", "a"]].round(3)

# %% [markdown]
# ## A gradient of your own
#
# A model may return its own `grad_NAME`. Where that is not the derivative, gdlab refuses it, with
# the numbers of a row. Here the activation's slope was forgotten:

# %%
try:

    @gdlab.model
    def forgetful(x, y, weight=0, bias=0):
        """The slope of the sigmoid was forgotten."""
        z = bias + weight * x
        a = 1 / (1 + exp(-z))
        error = a - y
        loss = error * error
        grad_z = 2 * error
        return z, a, error, loss, grad_z

except ValueError as refused:
    print(refused)

# %% [markdown]
# **To try.** Take `rmsprop` or `adam`; take rate 10 and look at `a` and at the loss, whose
# logarithm ends where `a` is 1, while `grad_z` goes on; write the workbook with
# `run.to_excel("neuron.xlsx")` and change an hour there.
