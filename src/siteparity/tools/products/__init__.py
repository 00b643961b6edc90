"""Products that hosts run: whether each would start again, what it runs with, which files it names."""
