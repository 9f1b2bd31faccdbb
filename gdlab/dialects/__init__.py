"""The same expression for several readers: Excel, LaTeX, plain text, numbers put in, a number."""
