"""Packet filters: the rules in the kernel now, and those that a boot would load."""
