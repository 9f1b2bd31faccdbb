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
# # 13 · A network by hand
#
# **The question.** How does an error at the output find its way back to the first weights?
#
# Two inputs, two hidden neurons, two outputs: the smallest network in which an error comes back
# along two paths. The numbers of the first row are those of a worked example that many pages
# repeat: inputs 0.05 and 0.10, targets 0.01 and 0.99, rate 0.5, and two biases that are kept fixed.

# %%
import pandas as pd

import gdlab

# %%
NETWORK = {"model": "network_2_2_2", "bias1": 0.35, "bias2": 0.6}
run = gdlab.trace("sgd", lr=0.5, epochs=100, **NETWORK)
frame = run.frame.set_index("t")
row = frame.loc[1]

# %% [markdown]
# ## Forward
#
# Each neuron adds up what comes in, times its weights, and takes the sigmoid of it. `z_h1` is the
# sum of the first hidden neuron, `h1` what it passes on.

# %%
row[["z_h1", "h1", "z_h2", "h2", "z_o1", "o1", "z_o2", "o2", "loss"]].round(9)

# %%
print(run.explain(1, "h1"))

# %% [markdown]
# ## Backward
#
# From the loss back to the first weights, each gradient is the one before it times one factor:

# %%
for column in ("grad_o1", "grad_z_o1", "grad_w5"):
    print(run.explain(1, column))

# %% [markdown]
# The hidden neuron `h1` goes into both outputs, so its gradient is a **sum**: what comes back from
# the first output and what comes back from the second. To stop at one of them is the mistake
# that is made most often here.

# %%
for column in ("grad_h1", "grad_z_h1", "grad_w1"):
    print(run.explain(1, column))

# %% [markdown]
# The old weights count in all of this, `w5` and `w7` too. Only when every gradient is there are the
# weights changed:

# %%
row[[f"new_w{i}" for i in range(1, 9)]].round(9)

# %% [markdown]
# With these weights the loss is 0.291027774. The page that the example comes from prints
# 0.291027924; that is what comes out where `w5` to `w8` are new already when the error goes back
# through them.

# %%
frame.loss.loc[[1, 2, 10, 100]].round(9)

# %% [markdown]
# ## Adam against SGD
#
# The same network, 1,000 updates. SGD's step shrinks with the gradient. Adam divides by the size of
# the gradients before it: after the first row its loss is the smaller one in each row below.

# %%
adam = gdlab.trace("adam", lr=0.05, epochs=1000, **NETWORK)
sgd = gdlab.trace("sgd", lr=0.5, epochs=1000, **NETWORK)
losses = {run.rule: run.frame.set_index("t")["loss"] for run in (sgd, adam)}
pd.DataFrame(losses).loc[[1, 10, 100, 1000]].round(6)

# %%
gdlab.plot([sgd, adam], "epochs")

# %% [markdown]
# ## What breaks it
#
# **All weights equal.** Then both hidden neurons compute the same, get the same gradient, and stay
# the same forever: two neurons that are one.

# %%
equal = gdlab.trace("sgd", lr=0.5, epochs=100, start={f"w{i}": 0.3 for i in range(1, 9)}, **NETWORK)
equal.frame.set_index("t")[["h1", "h2", "grad_w1", "grad_w3"]].loc[[1, 100]].round(6)

# %% [markdown]
# **A dead ReLU.** Where `z` is under 0 for every point, the slope is 0, and so is every gradient
# before it. Nothing moves any more.

# %%
dead = gdlab.trace("sgd", model="relu_neuron", start={"weight": -1, "bias": -4}, epochs=2)
columns = ["x", "z", "y_pred", "grad_z", "grad_weight", "new_weight"]
dead.frame.set_index("t")[columns].head(3)

# %% [markdown]
# **Rate 10.** XOR, learned with steps that are too long: the sigmoids of the hidden neurons are
# flat at once, hardly any gradient comes through them, and after 200 epochs two of the four answers
# are as wrong as they can be.

# %%
fast = gdlab.trace("sgd", model="network_2_2_1", lr=10, epochs=200)
columns = ["x1", "x2", "y", "o", "loss", "grad_z_o", "grad_w1"]
fast.frame.set_index("t")[columns].tail(4).round(4)

# %% [markdown]
# **To try.** `network_2_2_1` learns XOR, with its biases as parameters: how many epochs does `sgd`
# need, and how many `adam` with `lr=0.1`?
