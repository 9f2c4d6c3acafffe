"""What is wrong with a chart that was rendered: syntax, names, failures, documents."""
