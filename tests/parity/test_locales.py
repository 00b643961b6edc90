"""Both sites speak every served language in the same way.

Customers whose language a host cannot speak get an error page, or words, sums and dates of another country.
In October 2012 the stores themselves noticed this, after the switch: packages were equal, and the locales had
not been compiled.
"""

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker

LIST = "grep -q ^{item} /etc/locale.gen || echo {item} UTF-8 >>/etc/locale.gen"
COMPILE = LIST + "; locale-gen; systemctl restart {units}"


@pytest.mark.drill(
    "locale_not_compiled",
    "locale_not_compiled_at_the_standby",
    "locale_not_compiled_at_the_primary",
    "locale_not_compiled_at_both_sites",
    "locale_compiled_from_other_sources",
    "locale_in_another_charset",
    "locales_for_root_alone_at_both_sites",
)
@pytest.mark.broken("A language that customers are served in cannot be used on {where} (locale)", "part")
def test_every_served_locale_is_usable_on_every_host(parity: Parity) -> None:
    """Customers who read this language get an error page, or an English one."""
    parity.healthy("served", fix=COMPILE)


@pytest.mark.drill(
    "locale_not_compiled",
    "locale_not_compiled_at_the_standby",
    "locale_not_compiled_at_the_primary",
    "locale_more_at_one_site",
)
@pytest.mark.broken("Other languages are installed at {standby} than at {primary} (locales)", "part")
def test_the_same_locales_are_compiled(parity: Parity) -> None:
    """A page that works at one site fails at the other."""
    parity.same("compiled", fix="make /etc/locale.gen the same on all hosts of the role, then: locale-gen")


@pytest.mark.drill(
    "locale_not_compiled",
    "locale_not_compiled_at_the_standby",
    "locale_not_compiled_at_the_primary",
    "locale_not_compiled_at_both_sites",
    "locale_compiled_from_other_sources",
    "locale_with_other_money",
    "locale_with_other_order",
    "locale_in_another_charset",
    "locales_for_root_alone_at_both_sites",
)
@pytest.mark.broken(
    "Languages have other rules for numbers, dates or order at {standby} than at {primary}", "part"
)
def test_compiled_locales_have_the_same_content(parity: Parity) -> None:
    """Sums, dates or the order of names change with the site, without any error."""
    parity.same("content", fix="dpkg --verify locales libc-bin; locale-gen; systemctl restart {units}")


@pytest.mark.drill("locale_lost_by_the_next_upgrade")
@pytest.mark.broken("A language on {where} would not survive the next upgrade", "later")
def test_every_served_locale_survives_the_next_upgrade(parity: Parity) -> None:
    """The language disappears on the day when the host's libraries are upgraded."""
    parity.healthy("kept", fix=LIST)


@pytest.mark.drill("default_language_differs")
@pytest.mark.broken("Jobs write in another language at {standby} than at {primary}", "part")
def test_the_default_language_of_jobs_is_the_same(parity: Parity) -> None:
    """Mails and files written by jobs change their language with the site."""
    parity.same("default", fix="update-locale {item}={primary}  # unset: update-locale {item}")


@pytest.mark.drill(
    "service_language_changed_by_a_drop_in",
    "service_language_changes_at_the_next_start",
    "service_runs_in_an_old_language",
    "service_language_changed_by_its_environment_file",
)
@pytest.mark.broken("The application on {where} runs in another language than declared", "part")
def test_the_service_runs_in_its_declared_language(parity: Parity) -> None:
    """Texts for which the service sets no language come out in another one, or broken."""
    fix = (
        "systemctl cat {units}; systemctl show-environment  # correct {item}, then: systemctl restart {units}"
    )
    parity.healthy("service", fix=fix)
    parity.same("environment", fix=fix)


@pytest.mark.drill("locales_replaced_under_the_service")
@pytest.mark.broken("The application on {where} still uses older language files", "later")
def test_the_service_uses_the_locales_that_are_on_disk(parity: Parity) -> None:
    """A corrected language stays wrong until somebody restarts the application."""
    parity.healthy("loaded", fix="systemctl restart {item}")
