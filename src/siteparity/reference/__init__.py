"""The keys of the policy for editors and readers: a JSON Schema and a page, both made from the models.

No run imports this package. ``python -m siteparity.reference`` writes both files anew.
"""
