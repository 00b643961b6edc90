"""``siteparity init``: asks the hosts of two sites, and drafts a policy from what the primary says.

A draft is no promise: what waits for a person stands in ``draft.yml`` (`siteparity.draft`). Data flow one
way: `given` and `questions`, `asking`, `seen`, `sites`, `applications`, `described` and `aspects`,
`policy_draft`, `writing`, `run`.
"""
