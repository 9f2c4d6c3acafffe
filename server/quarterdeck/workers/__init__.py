"""Worker processes: the only package that starts them."""
