# ---
# jupyter:
#   jupytext:
#     formats: ipynb,source//py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # The workbook
#
# Run the cell below. Every tab along the bottom is one sheet of the lessons.
#
# - Drag a slider or type into its box: every row, the loss and the path follow, and an explosion
#   is named.
# - Click a cell, or walk with the arrow keys: the formula bar says how the number came about, and
#   the cells that it was computed from light up.
# - Play, pause and step: the pictures show the sample at hand and where the line stands.
# - Edit the points on the sheet `data`, or paste two columns from a spreadsheet.

# %%
import gdlab

gdlab.workbook()
