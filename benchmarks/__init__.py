"""How fast gdlab is, each figure beside a peer measured in the same run: ``make bench``."""
