"""Languages that a site cannot speak, or speaks in other words."""

from lab.faults import Fault
from lab.pairs.tickets.hosts import CODE, RESTART, STANDBY_WEB

_ARCHIVE, _KEPT = "/usr/lib/locale/locale-archive", "/root/locale-archive.kept"
_GERMAN, _KEPT_GERMAN = f"{CODE}/pretix/locale/de/LC_MESSAGES", "/root/german.kept"

FAULTS = (
    Fault(
        name="german_locale_not_compiled",
        sentence="The German locale is not compiled at the standby.",
        hosts=(STANDBY_WEB,),
        break_=f"cp -p {_ARCHIVE} {_KEPT}\nlocaledef --delete-from-archive de_DE.utf8\n{RESTART}",
        mend=f"[ ! -f {_KEPT} ] || {{ mv {_KEPT} {_ARCHIVE}\n{RESTART}\n}}",
        healthy="locale -a | grep -qx de_DE.utf8",
        checks=(
            "tests/parity/test_locales.py::test_every_served_locale_is_usable_on_every_host",
            "tests/parity/test_locales.py::test_the_same_locales_are_compiled",
            "tests/parity/test_locales.py::test_compiled_locales_have_the_same_content",
        ),
    ),
    Fault(
        name="german_catalogue_of_another_kind",
        sentence="At the standby the German catalogue is the informal one: customers are thou'd.",
        hosts=(STANDBY_WEB,),
        break_=f"""
            cp -a {_GERMAN} {_KEPT_GERMAN}
            cp {CODE}/pretix/locale/de_Informal/LC_MESSAGES/django.mo {_GERMAN}/django.mo
            {RESTART}
        """,
        mend=f"[ ! -d {_KEPT_GERMAN} ] || {{ rm -r {_GERMAN}\nmv {_KEPT_GERMAN} {_GERMAN}\n{RESTART}\n}}",
        healthy=f"[ ! -e {_KEPT_GERMAN} ]",
        checks=(
            "tests/parity/test_catalogues.py::test_every_message_has_the_same_translation",
            "tests/parity/test_packages.py::test_python_environments_hold_the_same_distributions",
        ),
    ),
)
