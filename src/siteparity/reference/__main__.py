"""Writes ``policy.schema.json`` and ``docs/policy.md`` anew, after a change of the models."""

from siteparity.configuration import find_root
from siteparity.reference.page import page_text
from siteparity.reference.schema import schema_text

if __name__ == "__main__":
    ROOT = find_root()
    (ROOT / "src" / "siteparity" / "policy.schema.json").write_text(schema_text(), encoding="utf-8")
    (ROOT / "docs" / "policy.md").write_text(page_text(ROOT), encoding="utf-8")
