"""Running a chart's templates: output, source map, rendered documents, problems."""
