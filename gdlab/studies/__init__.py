"""What is studied with many runs: sweeps, digits, and what articles claim."""
