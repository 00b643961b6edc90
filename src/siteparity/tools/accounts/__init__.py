"""Accounts of a host: its users and groups, what sudo allows them, and the keys they log in with."""
