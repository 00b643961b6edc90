"""Units: what the manager does with them now, what their files say, and their processes and environment."""
