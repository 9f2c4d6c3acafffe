"""Go's values in Python: types, truth, printing, comparison and calls."""
