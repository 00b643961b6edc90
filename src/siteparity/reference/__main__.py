"""Writes ``policy.schema.json``, ``failover.schema.json``, ``docs/policy.md`` and ``checks.json`` anew.

The last one after a change of the checks, the others after a change of the models.
"""

from siteparity.configuration import find_root
from siteparity.plan.shipped import MANIFEST, manifest_text
from siteparity.reference.page import page_text
from siteparity.reference.plan_schema import plan_schema_text
from siteparity.reference.schema import schema_text

if __name__ == "__main__":
    ROOT = find_root()
    (ROOT / "src" / "siteparity" / "policy.schema.json").write_text(schema_text(), encoding="utf-8")
    (ROOT / "src" / "siteparity" / "failover.schema.json").write_text(plan_schema_text(), encoding="utf-8")
    (ROOT / "docs" / "policy.md").write_text(page_text(ROOT), encoding="utf-8")
    MANIFEST.write_text(manifest_text(ROOT), encoding="utf-8")
