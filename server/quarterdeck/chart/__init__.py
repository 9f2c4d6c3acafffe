"""A chart as Helm loads it: files, metadata, dependencies, values with their origins."""
