"""What is counted and timed while the program runs: counters of caches, spans of time."""
