"""The typed settings, where they come from, and their documentation."""
