"""Containers of Docker and Podman: how they are, what they were made from, what they need of the host."""
