"""Faults of the pair: module by module as the witnesses that find them, or do not yet."""
