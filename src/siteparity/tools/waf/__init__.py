"""nginx with ModSecurity: what its files say, and how it answers a request that looks like an attack."""
