"""Packet filters: what the kernel goes by now, and what it would go by after a boot."""
