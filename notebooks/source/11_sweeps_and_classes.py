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
# # 11 · A whole grid, a whole class
#
# **The question.** One run shows one rate. Which rates work at all, and how does that depend on
# beta? And how does one practice sheet become two hundred, each with different numbers?

# %%
import numpy as np

import gdlab

# %% [markdown]
# ## Ten thousand runs, one number each
#
# `sweep` runs a rule once for every combination of values. It keeps no tables: only one number a
# run, here the RMSE of the last epoch. The number is that of `trace`, to the last bit.

# %%
over = {"lr": np.geomspace(1e-5, 0.1, 100), "beta": np.linspace(0, 0.99, 100)}
sweep = gdlab.sweep("momentum", over=over, epochs=10)
sweep.frame.set_index(["lr", "beta"]).head()

# %%
sweep.plot()

# %% [markdown]
# With a kernel running, click on a cell: that run's sheet opens below. Without a click, `trace`
# gives the table of a run by the places of its two values, counted from 0.

# %%
sweep.trace(60, 50).epochs.set_index("epoch")

# %% [markdown]
# The star is the best run. A single cell past the edge can come out small by chance, so the best is
# one that its neighbours and three times as many epochs bear out:

# %%
sweep.best

# %% [markdown]
# Past the edge in the map above a run has *diverged*: it ends worse than it began. Further up it
# *explodes*: a cell goes past the largest number that a computer holds. In which row?

# %%
gdlab.sweep("momentum", over=over, epochs=10, measure="exploded_at").plot()

# %% [markdown]
# ## More than one machine
#
# Sweeps, and the marking of a class, go through joblib. Alone they use all cores of this machine.
# Inside `parallel_config` the same call runs on a cluster. With `pip install dask distributed`:
#
# ```python
# import joblib
# from dask.distributed import Client
#
# client = Client("scheduler:8786")  # or Client() for some processes on this machine
# with joblib.parallel_config(backend="dask"):
#     sweep = gdlab.sweep("adam", over=over, epochs=1000)
# ```
#
# gdlab must be installed on every machine. A worker that dies costs time and nothing else: its
# part is computed again by another.

# %% [markdown]
# ## A practice sheet for each learner
#
# A list of learners becomes a folder of sheets, each with numbers of its own, and the keys. In a
# terminal:
#
# ```
# gdlab class new adam --students students.csv --rows 4 --out course
# gdlab class mark handed-in --course course --out marks
# ```
#
# `marks` then holds a table for the gradebook, a marked copy of every sheet, and a picture of the
# cells that went wrong most. Stopped half-way, the second command goes on where it was.
#
# ## Exercise
#
# 1. Where does the edge of divergence lie for `sgd`? Sweep over `lr` alone and plot it.
# 2. Sweep Adam over `lr` and `beta1`. Which of the two matters more?
