"""Looks at the hosts of two sites while a failover is under way. It asks, and changes nothing.

`siteparity.failover` says what a look means.
"""
