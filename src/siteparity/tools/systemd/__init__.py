"""Units: what the manager does with them now, what their files say, which language they are started in."""
