"""Accounts of a host: its users and groups, what sudo allows them, and the keys that let them in."""
