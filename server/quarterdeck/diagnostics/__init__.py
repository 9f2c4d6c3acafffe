"""What we report: problems and findings, as plain data."""
