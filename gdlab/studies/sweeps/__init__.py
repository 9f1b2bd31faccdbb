"""Sweeps: a rule run at every point of a grid of its hyperparameters, one number kept per run."""

from gdlab.studies.sweeps.sweeps import Sweep, sweep

__all__ = ["Sweep", "sweep"]
