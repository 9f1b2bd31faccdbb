"""The grammar, and one tree for several readers: Excel, LaTeX, MathML, JavaScript, numbers."""
