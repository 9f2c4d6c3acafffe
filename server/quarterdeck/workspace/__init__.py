"""The charts of a folder and the texts of open editors."""
