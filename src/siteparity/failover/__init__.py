"""The failover plan: its file, the runbook that is made of it, and what is known of a drill that follows it.

Nothing here reaches a host, and nothing here changes one. `siteparity.watching` looks at hosts.
"""
