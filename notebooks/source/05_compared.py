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
# # 5 · All of them compared
#
# **The question.** Which one is best? Better: what does each see that the others do not?

# %%
import pandas as pd

import gdlab

# %% [markdown]
# ## The sheet answers
#
# All sheets, and the tab *compare*: each line is a run with its own rate and start, and **Another**
# gives a rule a second one. Give SGD and Adam three rates each: which of the two asks for the more
# careful choice?
#
# Then press **Which rule is which?**, and guess before you ask for the answers: they are read off
# the runs.

# %%
sheet = gdlab.workbook()
sheet.tab = "compare"
sheet

# %% [markdown]
# ## The same points, four rules
#
# Four sheets of the lesson with its own settings, each over five epochs: the sheet's name, and the
# rule's name here.

# %%
sheets = ["basic", "momentum", "rmsprop", "adam"]
runs = [gdlab.lesson(sheet) for sheet in sheets]
names = [f"{run.rule} (the lesson's {sheet})" for run, sheet in zip(runs, sheets, strict=True)]
pd.DataFrame([run.final for run in runs], index=names)

# %%
gdlab.plot(runs, "epochs", "path")

# %% [markdown]
# SGD and momentum drop into the valley and then creep. The two that divide by the root of `sqr_avg`
# turn along the valley, because both parameters make steps of the same size.

# %%
gdlab.plot(runs, "line")

# %% [markdown]
# ## Row 1 by hand, four times
#
# The gradient with respect to the slope is the same in all: the line has not moved yet. Only what
# is made of it differs.

# %%
rows = [run.explain(1, "step_slope") for run in runs]
pd.DataFrame({"with its numbers": [row.numbers for row in rows]}, index=names)

# %% [markdown]
# ## The table
#
# The root mean squared error of every epoch, in units of $y$.

# %%
pd.DataFrame({run.rule: run.epochs.set_index("epoch")["rmse"] for run in runs}).round(2)

# %% [markdown]
# ## The best rate of each
#
# A comparison at fixed rates compares the rates. So let each rule have a rate that suits it, and
# more time: fifty epochs.

# %%
rates = {"sgd": 0.0001, "momentum": 0.0002, "rmsprop": 0.1, "adam": 0.1}
tuned = [gdlab.trace(rule, epochs=50, lr=lr) for rule, lr in rates.items()]
gdlab.plot(tuned, "epochs", "path")

# %% [markdown]
# ## What breaks it
#
# A ravine, 40 times as steep across as along. Plain SGD must choose: a small rate that crawls
# along, or a large one that jumps from side to side. Past 0.5 it leaves the ravine for good.

# %%
start = {"u": -4, "v": 2}
rates = {"sgd": 0.45, "momentum": 0.45, "adam": 0.3}
ravine = [gdlab.trace(r, surface="ravine", start=start, lr=lr) for r, lr in rates.items()]
gdlab.plot(ravine, "loss", "path")

# %% [markdown]
# ## True or false?
#
# This is said in articles on gradient descent. Guess before you open a line: inside stand the
# verdict, computed when this page was run, the numbers behind it, and the cells that show them.
# Notebook 10 has all such claims, by article.

# %%
about = (
    "always the best; AdamW; Adam first; steeper; sparse; rate of 1.0; saddle points; "
    "ten inputs; flatter; from scratch; that it prints"
)
gdlab.audit.show_claims(gdlab.claims(*about.split("; ")))

# %% [markdown]
# ## Check before you go on
#
# 1. Name what each of the four keeps from row to row.
# 2. Which of them turn along the valley, and why?
# 3. Past which rate does SGD leave the ravine?
#
# <details><summary>The answers</summary>Nothing; an average of the gradients; one of their squares;
# both. The two that divide by a root, because both parameters then make steps of the same size.
# Past 0.5.</details>

# %% [markdown]
# ## Exercise
#
# 1. Give SGD points whose $x$ are ten times smaller, and a rate that suits them. Is it still the
#    slowest? What does that say about scaling your inputs?
# 2. Which rules have the most numbers to remember per parameter? Count what each carries.
# 3. Find a start or a rate with which SGD ends nearer to the goal than Adam.
#
# The exercises are worked out in the notebook **Solutions**.
