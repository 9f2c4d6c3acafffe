"""Values scenarios: the sets of values that a chart is rendered with, and where they are declared."""
