"""Parts that only few charts need and that are slow to import: loaded by the function that needs them."""
