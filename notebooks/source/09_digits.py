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
# # 9 · From the line to digits
#
# **The question.** A line has two parameters. A classifier of handwritten digits has 7,850. Which
# of the rules that you have followed row by row trains it best? And can you tell them apart by
# their curves?

# %%
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt

import gdlab

# %% [markdown]
# ## The digits
#
# 5,000 images of MNIST, 28 by 28 pixels each. Every fifth one is kept for the test.

# %%
data = gdlab.digits.mnist_5000()
plt.figure(figsize=(10, 1.2)).add_axes([0, 0, 1, 1]).set_axis_off()
plt.imshow(np.hstack(data.images[::320].reshape(-1, 28, 28)), cmap="gray_r")
data

# %% [markdown]
# ## One layer
#
# Each digit has a line of its own, with a slope for every pixel instead of one:
#
# $$\text{output}_d = b_d + m_{d,1} x_1 + m_{d,2} x_2 + \dots + m_{d,784} x_{784}$$
#
# The ten outputs should be 1 for the digit that is there and 0 for the nine others. The loss is
# the mean of the squared differences, over the ten outputs of the 64 images of a batch. The
# largest output is the answer.
#
# Every one of the 7,850 parameters then goes by the same function as $m$ and $b$ of the lessons:
# it sees its own gradient `g` and keeps its own averages, and nothing else. PyTorch, given the same
# first weights and the same batches, ends at the same weights.

# %% [markdown]
# ## The riddle
#
# Four rules, the same first weights, the same batches. Each has the rate that suits it best. Which
# is which? Two hints: one of them has to get moving first, and one knows nothing but the present
# gradient.

# %%
race = gdlab.digits.race(("sgd", "momentum", "rmsprop", "adam"), updates=1000)
gdlab.digits.riddle(race)

# %% [markdown]
# ## The answers
#
# Look no further before you have decided.
#
# <br><br><br><br><br><br>

# %%
gdlab.digits.plot_race(race)

# %% [markdown]
# *Momentum* is behind in the first updates: its average starts at 0, so only a tenth of the
# gradient goes into its first step. Adam averages as well, but divides that start out again. *SGD*
# ends highest: its one rate must do for all pixels, and with 0.3 it explodes.
#
# The rate is the setting that counts most. Of 1, 2 and 5 times the powers of ten, each rule has
# the one that takes it lowest. With one rate for all, the race would tell nothing about the rules.

# %%
pd.DataFrame(race.hyper).loc[["lr"]]

# %% [markdown]
# ## When is a curve at its floor?
#
# `floor` is the lowest mean over an epoch, and `update` is when that mean first comes within 5 % of
# it. (`near` is the floor and 5 %.)

# %%
race.floors.round(4)

# %% [markdown]
# That floor is the lowest *so far*. With three times as many updates all four have a lower one,
# and come near it more than twice as late: what looked level was a slow fall. "It levels off at
# 500" says as much about the width of the picture as about the rule.

# %%
gdlab.digits.race(updates=3000).floors.round(4)

# %% [markdown]
# ## The weights as pictures
#
# Red pixels speak for the digit, blue ones against it; white is 0. Every rule has its own scale.

# %%
gdlab.digits.plot_weights(race)

# %% [markdown]
# The rules come to nearly the same loss by different weights. SGD still shows the noise that it
# began with. Adam has drawn a rim: pixels that have ink in a few images only. Their gradients are
# rare and small, and a division by the root of `sqr_avg` makes their steps as large as all others.

# %% [markdown]
# ## What weight decay does
#
# It pulls every weight towards 0, a little with each update. What no image asks for disappears.

# %%
decayed = gdlab.digits.race(weight_decay=0.1)
gdlab.digits.plot_weights(decayed)

# %% [markdown]
# Now there are digits to be seen, and all four rules show the same ones: with the decay there is
# only one best set of weights, and all of them come near it.
#
# The price is a higher loss, and at 0.1 also fewer right answers. A small decay costs nothing:

# %%
decays = [0, 0.001, 0.01, 0.1]
ends = [gdlab.digits.race(("sgd", "adam"), weight_decay=decay) for decay in decays]
shares = [end.accuracy.iloc[-1] for end in ends]
pd.DataFrame(shares, index=pd.Index(decays, name="weight_decay"))

# %% [markdown]
# With decay the floors are real ones, and they come sooner. But the two floors differ, so `update`
# says when each comes near a floor of its own.

# %%
long = gdlab.digits.race(("sgd", "adam"), updates=3000, weight_decay=0.01)
long.floors.round(4)

# %% [markdown]
# A fair question is when each comes down to the *same* loss. Here Adam needs about half of SGD's
# updates for it.

# %%
losses = pd.Index([0.045, 0.044, 0.043, 0.042, 0.041], name="loss")
when = pd.DataFrame([(long.smooth <= loss).idxmax() for loss in losses], index=losses)
when.assign(ratio=(when["sgd"] / when["adam"]).round(2))

# %% [markdown]
# `adamw` takes the decay out of the gradient, so that Adam's division cannot blow it up. The same
# 0.1 then shrinks a weight by one ten-thousandth per update.

# %%
gdlab.digits.race(("adam", "adamw"), weight_decay=0.1).floors.round(4)

# %% [markdown]
# ## Which one trains best?
#
# By the loss on the images that it was trained with, Adam is ahead after 1,000 updates. On the
# images kept for the test the four are within half a percent, which is five of 1,000 images. With
# three times as many updates Adam's loss is lower still, and SGD has the most test images right:
# what the others learn in addition, they learn by heart. So the answer depends on the question.

# %%
far = gdlab.digits.race(updates=3000)
ends = {"1,000 updates": race.accuracy.iloc[-1], "3,000 updates": far.accuracy.iloc[-1]}
pd.DataFrame(ends).T

# %% [markdown]
# ## What breaks it
#
# The lesson's Adam has no eps. On the line that did not matter. Here 124 pixels are blank in all
# 4,000 images: their gradient is 0, its averages are 0, and the first step is 0 / 0.

# %%
gdlab.digits.race(("adam", "adam_lesson"), updates=3).loss

# %% [markdown]
# ## True or false?
#
# Two claims of an article about such races. Guess before you open them.

# %%
gdlab.audit.show_claims(gdlab.claims("MNIST", "a third of SGD's"))

# %% [markdown]
# ## Exercise
#
# 1. Give two rules the same rate: `race({"sgd": {"lr": 0.001}, "adam": {"lr": 0.001}})`. What
#    would you conclude, and why would it be wrong?
# 2. Let Adam run for 10,000 updates. Its loss keeps falling. What does the accuracy do? (The stop
#    button ends a race and keeps what was computed.)
# 3. Enter an optimizer of your own (notebook 8). A name is all that `race` needs.
# 4. Deal the riddle out again, `riddle(race, seed=1)`, with `nesterov` and `adagrad` in the race.
