"""Secrets in configuration files: finding them, hashing them, and leaving them out of what is shown."""
