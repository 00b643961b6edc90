"""The keys of policy and plan for editors and readers: JSON Schemas and a page, all made from the models.

No run imports this package. ``python -m siteparity.reference`` writes both files anew.
"""
