"""Catalogues of translated text: their files, plural rules, and who may read them."""
