"""Findings and renderings as text, JSON, SARIF and GitHub annotations."""
