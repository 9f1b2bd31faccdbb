"""Files from strangers: opened at one guarded door, read as data under limits."""
