"""How fast gdlab is, compared with a peer that is measured in the same run: ``make bench``."""
