"""Judging facts: the rules of comparison, the causes behind red checks, and the verdict. No I/O."""
