"""Settings of services, in the forms in which sites write them, read by key on the host."""
