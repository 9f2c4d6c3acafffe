"""Programs and downloads of others: the only package that runs or fetches them."""
