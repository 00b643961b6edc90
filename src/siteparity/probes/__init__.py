"""One file per aspect: how it is measured on one host. Discovered by file name, listed nowhere."""
