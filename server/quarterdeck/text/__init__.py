"""Text as code points: spans, lines, edits, paths and URIs."""
