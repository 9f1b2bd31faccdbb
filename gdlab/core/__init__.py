"""From a rule to its table: registry, columns, assembly, loop, trace, addresses, points."""
