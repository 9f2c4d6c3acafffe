"""Go templates as syntax: text to tokens to tree, and back to the same text."""
