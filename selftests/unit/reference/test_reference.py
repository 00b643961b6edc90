"""The policy's schema and page and the digests of the checks are current; the schema takes what loads."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it ships no types
import pytest
import yaml

from selftests.unit.policy.edited import SECTIONS, SHIPPED
from siteparity.configuration import find_root
from siteparity.plan import sources
from siteparity.plan.shipped import MANIFEST, manifest_text
from siteparity.policy import load_policy
from siteparity.policy.journeys import JOURNEYS
from siteparity.reference.page import page_text
from siteparity.reference.schema import schema_text
from siteparity.yamlfile import load

ROOT = find_root()
ANEW = "run python -m siteparity.reference"
FIVE_LINES = "{version: 2, owner: Operations, primary: dallas, standby: arizona, roles: [web, db]%s}"


@pytest.fixture(scope="module")
def validator() -> Any:
    """An independent reader of the published schema."""
    schema = json.loads(files("siteparity").joinpath("policy.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_published_schema_is_current() -> None:
    """A change of a key changes the schema in the same step."""
    assert files("siteparity").joinpath("policy.schema.json").read_text(encoding="utf-8") == schema_text(), (
        ANEW
    )


def test_the_digests_of_the_checks_are_current() -> None:
    """A change of a check changes its digest in the same step: else every answer says that it is altered."""
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    assert MANIFEST.read_text(encoding="utf-8") == manifest_text(ROOT), ANEW
    assert manifest["count"] == len(list(sources(ROOT)))
    assert set(manifest["files"]) == {source.path for source in sources(ROOT)}


def test_the_page_is_current() -> None:
    """A change of a key changes the page in the same step."""
    assert (ROOT / "docs" / "policy.md").read_text(encoding="utf-8") == page_text(ROOT), ANEW


def test_the_page_names_each_aspect_each_journey_and_each_of_their_keys() -> None:
    """None is passed over."""
    page = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
    sections = {name: section for name, section in SECTIONS.items() if not section.apart}
    sections |= {f"smoke.{name}": journey for name, journey in JOURNEYS.items()}
    for name, section in sections.items():
        told = page.partition(f"\n### `{name}`\n")[2].partition("\n### ")[0]
        own = section.model_fields.keys() - {"owner", "severity", "severity_reason", "warnings"}
        assert {key for key in own - {"roles", "timeout"} if f"\n- `{key}`: " not in told} == set(), name


@pytest.mark.parametrize("path", ["policy.yml", "small/policy.yml"])
def test_the_shipped_policies_fit_the_schema(path: str, validator: Any) -> None:
    """Whoever opens them in an editor sees no mistake."""
    validator.validate(load(ROOT / "inventories" / path).value)


def test_a_policy_that_spells_everything_out_fits_the_schema(validator: Any) -> None:
    """What the sections take from applications may stand in them as well."""
    validator.validate(json.loads(json.dumps(SHIPPED)))


@pytest.mark.parametrize(
    "more",
    [
        "",
        ", aspects: {}, smoke: {}, absent: {}, differs: [], applications: {}, languages: {}, limits: {}",
        ", aspects: {waf: null, clock: {}}",
        ", aspects: TODO, smoke: TODO, limits: TODO, languages: TODO, differs: TODO",
        ", aspects: {waf: TODO, boot: {required: {web: [TODO]}}, capacity: {peak: {web: {cores: TODO}}}}",
        ", aspects: {capacity: {peak: {web: {cores: 2, memory: 1GiB}}, full: 85%}}",
        ", aspects: {capacity: {full: {value: 99%, reason: it is a cache}}}",
        ", aspects: {capacity: {full: {value: TODO, reason: it is a cache}}}",
        ", aspects: {locales: {service: shop.service}}, languages: {en: en_US.UTF-8}",
        ", aspects: {locales: {service: [shop.service, jobs.service]}}, languages: {en: en_US.UTF-8}",
        ", aspects: {locales: {service: {web: a.service, db: [b.service]}}}, languages: {en: en_US.UTF-8}",
        ", aspects: {runtime: {environment: {web: shop.service}}}",
        ", aspects: {accounts: {required: {web: {www-data: null, shop: 980}}, sudo: [], log_in: null}}",
        ", aspects: {dns: {zone: a.b, servers: {ns.b: 192.0.2.1}, names: [a.b], front_door: 'e.{domain}'}}",
        ", limits: {deadline: 20m, window: {value: 2h, reason: two shifts}}",
        ", absent: {waf: {reason: we have none, approved_by: Ada Lovelace}}",
        *(
            f", differs: [{{{entry}, role: web, reason: why not, approved_by: Ada, review: 2027-05-31}}]"
            for entry in (
                "aspect: services, item: [a.service, b.service], only_at: primary",
                "aspect: [services.a, boot], item: a, values: {dallas: 1, arizona: 'no'}",
                "aspect: boot, item: a, values: {boot.x: {dallas: true, arizona: none}}",
            )
        ),
        ", smoke: {database: {database: shop, query: ' select 1', path: /, at_least: 2}}",
        ", applications: {shop: {role: web, ports: {8000: gunicorn}, release: {path: /srv, git: true}}}",
    ],
)
def test_what_the_loader_takes_fits_the_schema(tmp_path: Path, more: str, validator: Any) -> None:
    """An editor shows no mistake where `siteparity check` finds none."""
    (tmp_path / "policy.yml").write_text(FIVE_LINES % more, encoding="utf-8")
    load_policy(tmp_path / "policy.yml", SECTIONS)
    validator.validate(load(tmp_path / "policy.yml").value)


@pytest.mark.parametrize("roles", ["[web, db]", "{web: {}, db: {owner: Database}}", "{web: null}"])
def test_roles_are_a_list_or_a_map(tmp_path: Path, roles: str, validator: Any) -> None:
    """A role may be just a name."""
    (tmp_path / "policy.yml").write_text(f"version: 2\nowner: Operations\nroles: {roles}\n", encoding="utf-8")
    load_policy(tmp_path / "policy.yml", SECTIONS)
    validator.validate(load(tmp_path / "policy.yml").value)


@pytest.mark.parametrize(
    "bad",
    [
        "{version: 1, owner: Operations, roles: [web]}",
        "{version: TODO, owner: Operations, roles: [web]}",
        "{version: 2, roles: [web]}",
        "{version: 2, owner: Operations}",
        "{version: 2, owner: Operations, roles: []}",
        "{version: 2, owner: Operations, roles: web}",
        "{version: 2, owner: [Operations], roles: [web]}",
        *(
            FIVE_LINES % f", {more}"
            for more in (
                "aspect: {}",
                "aspects: []",
                "aspects: {wfa: {}}",
                "aspects: {waf: {hots: a}}",
                "aspects: {clock: {max_age: 60}}",
                "aspects: {clock: {max_age: soon}}",
                "aspects: {clock: {max_age: 0s}}",
                "aspects: {clock: {max_age: {value: 2d}}}",
                "aspects: {clock: {max_age: {value: 2d, reason: why not, until: May}}}",
                "aspects: {capacity: {full: 90}}",
                "aspects: {capacity: {peak: {web: {cores: 0}}}}",
                "aspects: {replication: {roles: [db], max_distance: 16MB}}",
                "aspects: {boot: {required: /srv}}",
                "aspects: {boot: {required: {web: /srv}}}",
                "aspects: {boot: {required: {web: [srv]}}}",
                "aspects: {services: {required: {web: [cron]}}}",
                "aspects: {firewall: {persisted: 'yes'}}",
                "aspects: {firewall: {severity: fatal}}",
                "aspects: {dns: {servers: {}}}",
                "aspects: {tls: {names: {a.example: {certificate: /a, key: /b, port: 0}}}}",
                "aspects: {catalogues: {path: /srv/shop.mo}}",
                "smoke: {storefont: {}}",
                "smoke: {storefront: {requests: '40'}}",
                "smoke: {storefront: {requests: 1001}}",
                "smoke: {attack: {status: 200}}",
                "smoke: {session: {key: session}}",
                "limits: {deadline: 300}",
                "languages: [en]",
                "languages: {english: en_US.UTF-8}",
                "languages: {en: english}",
                "absent: [waf]",
                "absent: {waf: {reason: we have none}}",
                "differs: {aspect: boot}",
                "differs: [{aspect: boot, role: web, item: a, reason: why, approved_by: A, review: soon}]",
                "applications: {shop: {units: [shop.service]}}",
                "applications: {shop: {role: web, ports: [80]}}",
                "applications: {shop: {role: web, ports: {http: nginx}}}",
                "applications: {shop: {role: web, leads_to: [{setting: A}]}}",
            )
        ),
    ],
)
def test_the_schema_refuses_a_bad_policy(bad: str, validator: Any) -> None:
    """A wrong type, a unit that is missing, a misspelling, a key that is missing."""
    assert list(validator.iter_errors(yaml.safe_load(bad))), bad
