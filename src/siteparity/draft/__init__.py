"""A drafted policy: which of its lines still wait for a person (`siteparity.draft.waiting`).

Every run reads this, so nothing here measures or drafts; what does stands in a layer above.
"""
