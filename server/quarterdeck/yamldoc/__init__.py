"""YAML by Helm's rules: text to values with positions, and values to text."""
