"""File systems, arrays and boot loaders: what a host has, and what it would have after a boot."""
