"""File systems, arrays and boot loaders: what a host has now, and what it would have after a boot."""
