"""What is asked about charts, as queries: files, values, renderings, findings."""
