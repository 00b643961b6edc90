"""The network between two hosts: names, routes, connections, packets, and what few tries prove of a rate."""
