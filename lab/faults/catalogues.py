"""Catalogues that are missing, damaged, old or wrong: what customers read in their language.

The shop loads its catalogues when it starts, so each fault restarts it, except those about a missing restart.
"""

from lab.faults import Fault

WEB = ("dallas-web1", "dallas-web2", "arizona-web1", "arizona-web2")
STANDBY_WEB = ("arizona-web1", "arizona-web2")

ASK = (
    """python3 -c 'import urllib.request; urllib.request.urlopen("http://127.0.0.1:8000{page}", timeout=9)'"""
)
# Done only when the shop answers again, so that no other check meets it while it starts.
RESTART = f"systemctl restart shop\n{ASK.format(page='/healthz')}"
# A copy is kept only when it is complete, so that mending never restores a half one.
KEEP = """
cd /srv/shop/locales/{language}/LC_MESSAGES
cp -a . /root/{name}.unfinished
mv /root/{name}.unfinished /root/{name}
"""
RESTORE = """
if [ -d /root/{name} ]; then
    rm -rf /srv/shop/locales/{language}/LC_MESSAGES
    mv /root/{name} /srv/shop/locales/{language}/LC_MESSAGES
fi
rm -rf /root/{name}.unfinished
systemctl restart shop
"""
COMPILE = "pybabel --quiet compile --domain shop --directory /srv/shop/locales --locale {language}"
# One answer speaks for all workers: they loaded the same files at the same restart.
HEALTHY = f"""
cd /srv/shop/locales/{{language}}/LC_MESSAGES
[ ! shop.po -nt shop.mo ]
{ASK.format(page="/{language}/")}
"""


def _fault(name: str, sentence: str, hosts: tuple[str, ...], language: str, *damage: str) -> Fault:
    """One catalogue is damaged, and put back with its times as they were.

    Args:
        name: of the fault, and of the folder that keeps the good catalogue.
        sentence: what happened.
        hosts: where.
        language: whose catalogue.
        damage: shell commands, run in the catalogue's folder; `{language}` stands for the language.
    """
    known = {"name": name, "language": language}
    return Fault(
        name=name,
        sentence=sentence,
        hosts=hosts,
        break_="\n".join((KEEP, *damage)).format_map(known),
        mend=RESTORE.format_map(known),
        healthy=HEALTHY.format_map(known),
    )


FAULTS = (
    _fault(
        "catalogue_missing",
        "The Japanese catalogue is gone from one of two web hosts of the standby, as by a package filter.",
        ("arizona-web2",),
        "ja",
        "rm shop.mo",
        RESTART,
    ),
    _fault(
        "catalogue_missing_at_primary",
        "The Spanish catalogue is gone from one of two web hosts of the primary.",
        ("dallas-web1",),
        "es",
        "rm shop.mo",
        RESTART,
    ),
    _fault(
        "catalogue_truncated",
        "The German catalogue on one web host of the standby ends half-way, as after a copy to a full disk.",
        ("arizona-web2",),
        "de",
        "truncate --size 900 shop.mo",
        RESTART,
    ),
    _fault(
        "catalogue_damaged_at_both_sites",
        "A bad release put the same damaged Spanish catalogue on every web host of both sites.",
        WEB,
        "es",
        "truncate --size 1200 shop.mo",
        RESTART,
    ),
    _fault(
        "catalogue_unreadable",
        "Only root can read the Japanese catalogue on one web host of the standby.",
        ("arizona-web1",),
        "ja",
        "chmod 0600 shop.mo",
        RESTART,
    ),
    _fault(
        "catalogue_of_another_language",
        "One web host of the standby has the Spanish catalogue under the name of the French one.",
        ("arizona-web1",),
        "fr",
        "cp ../../es/LC_MESSAGES/shop.mo shop.mo",
        RESTART,
    ),
    _fault(
        "catalogue_older_than_source",
        "A corrected German translation reached one web host of the standby and was not compiled.",
        ("arizona-web1",),
        "de",
        "sed -i 's/Willkommen in unserem Laden/Herzlich willkommen/' shop.po",
    ),
    _fault(
        "catalogue_replaced_without_restart",
        "The French catalogue was recompiled on one web host of the standby; the shop was not restarted.",
        ("arizona-web1",),
        "fr",
        COMPILE,
    ),
    _fault(
        "catalogue_entry_fuzzy",
        "A French message is marked fuzzy at the standby, so it was not compiled: customers see English.",
        STANDBY_WEB,
        "fr",
        """sed -i 's/^msgid "Your cart"$/#, fuzzy\\n&/' shop.po""",
        COMPILE,
        RESTART,
    ),
    _fault(
        "catalogue_message_lost",
        "One web host of the primary was built from a Spanish source that lacks a message.",
        ("dallas-web2",),
        "es",
        """sed -i '/^msgid "Price"$/,/^$/d' shop.po""",
        COMPILE,
        RESTART,
    ),
    _fault(
        "catalogue_wrong_charset",
        "The German catalogue on one web host of the standby claims Latin-1 and holds UTF-8.",
        ("arizona-web2",),
        "de",
        "sed -i 's/charset=utf-8/charset=iso-8859-1/' shop.po",
        COMPILE,
        RESTART,
    ),
    _fault(
        "catalogue_plural_rule_wrong",
        "The French catalogue on one web host of the standby counts as English does: no items are many.",
        ("arizona-web2",),
        "fr",
        "sed -i 's/plural=(n > 1)/plural=(n != 1)/' shop.po",
        COMPILE,
        RESTART,
    ),
    _fault(
        "catalogue_plural_rule_wrong_at_both_sites",
        "A release brought every web host of both sites the English plural rule for French.",
        WEB,
        "fr",
        "sed -i 's/plural=(n > 1)/plural=(n != 1)/' shop.po",
        COMPILE,
        RESTART,
    ),
)
