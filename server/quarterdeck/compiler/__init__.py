"""Template trees made runnable: an interpreter for text seen once, Python code for the rest."""
