"""The query engine: inputs with revisions, memoised functions of them, and what must run again."""
