"""What leads from a host to the other site: open sockets, settings, names, file systems."""
