"""The application says the same in every language at both sites.

A catalogue that is missing, damaged or of another language turns a store's pages into error pages or into
English. In October 2012 non-English stores had this after the failover, although both sites had the same
packages.
"""

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker

DEPLOY = (
    "deploy the release again: the catalogue of {item} is not as it was built; "
    "then: systemctl restart {units}"
)


@pytest.mark.drill(
    "catalogue_missing",
    "catalogue_missing_at_primary",
    "catalogue_truncated",
    "catalogue_damaged_at_both_sites",
    "catalogue_of_another_language",
    "catalogue_wrong_charset",
)
@pytest.mark.broken("A language is missing or broken on {where} (message catalogue)", "part")
def test_every_served_language_has_a_usable_catalogue(parity: Parity) -> None:
    """Customers get an error page, or a language that they did not choose."""
    parity.healthy("usable", fix=DEPLOY)


@pytest.mark.drill(
    "catalogue_missing",
    "catalogue_missing_at_primary",
    "catalogue_truncated",
    "catalogue_damaged_at_both_sites",
    "catalogue_of_another_language",
    "catalogue_wrong_charset",
    "catalogue_entry_fuzzy",
    "catalogue_message_lost",
    "catalogue_plural_rule_wrong",
)
@pytest.mark.broken("Translations at {standby} differ from those at {primary}", "part")
def test_every_message_has_the_same_translation(parity: Parity) -> None:
    """The same page says something else after the failover."""
    parity.same(
        "messages",
        fix="deploy the same release on all hosts of the role; then: systemctl restart {units} (which of all "
        "texts of a language differ: msgunfmt FILE on a host of each site, and diff)",
    )


@pytest.mark.drill("catalogue_plural_rule_wrong", "catalogue_plural_rule_wrong_at_both_sites")
@pytest.mark.broken("Plurals are wrong in a language on {where}", "part")
def test_every_catalogue_follows_the_plural_rule_of_its_language(parity: Parity) -> None:
    """Customers read "0 piece" instead of "0 pieces", or a page fails for some numbers."""
    parity.healthy(
        "plural_rule",
        fix="correct Plural-Forms in the source of {item}, compile it, deploy; "
        "then: systemctl restart {units}",
    )


@pytest.mark.drill("catalogue_entry_fuzzy", "catalogue_message_lost")
@pytest.mark.broken("Some texts on {where} are not translated", "part")
def test_every_message_is_translated_into_every_language(parity: Parity) -> None:
    """Customers read pages that are partly in another language."""
    parity.healthy(
        "coverage",
        fix="translate what {item} lacks (fuzzy is lacking), compile, deploy; "
        "then: systemctl restart {units}",
    )


@pytest.mark.drill("catalogue_older_than_source")
@pytest.mark.broken("Customers of {where} get older texts than were deployed", "part")
def test_every_catalogue_says_what_its_source_says(parity: Parity) -> None:
    """A corrected text was deployed and never reaches customers."""
    parity.healthy(
        "source",
        fix="compile the catalogue of {item} from its source; then: systemctl restart {units}",
    )


@pytest.mark.warning
@pytest.mark.drill("catalogue_older_than_source")
@pytest.mark.broken("Texts on {where} were changed, and not compiled since", "part")
def test_no_source_was_changed_after_its_catalogue_was_compiled(parity: Parity) -> None:
    """A correction may not have been compiled yet; customers still read the old text."""
    parity.healthy(
        "dates",
        fix="compile the catalogue of {item} from its source; then: systemctl restart {units}",
    )


@pytest.mark.drill("catalogue_replaced_without_restart", "catalogue_unreadable")
@pytest.mark.broken("The application on {where} still shows the texts of an older release", "part")
def test_the_running_service_has_loaded_the_catalogues_that_are_on_disk(parity: Parity) -> None:
    """Customers read the texts of the previous release until somebody restarts the application."""
    parity.healthy("loaded", fix="systemctl restart {units}")
