"""The cache on disk: the only package that touches it."""
