"""The network between two hosts: names, connections, packets, and what few tries say of a rate."""
