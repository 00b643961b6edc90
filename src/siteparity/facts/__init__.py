"""What was measured: records of a site, what is judged of them, and what changed between two."""
