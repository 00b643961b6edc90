"""A command of the policy's own: how a host runs it, and what became of it."""
