"""Measured facts: records of a site, the facts that are judged, and what changed between two records."""
