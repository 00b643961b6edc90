"""Faults of the pair tickets; `lab/faults/__init__.py` describes them."""
