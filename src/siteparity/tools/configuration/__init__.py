"""Configuration files and releases as they lie on a host."""
