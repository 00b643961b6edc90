"""Whether the last GO is still true."""
