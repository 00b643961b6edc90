"""Languages that a host cannot speak, or speaks differently."""

from lab.faults import Fault

_STANDBY = ("arizona-web1", "arizona-web2")
_PRIMARY = ("dallas-web1", "dallas-web2")
_ARCHIVE = "/usr/lib/locale/locale-archive"
_DROP_IN = "/etc/systemd/system/shop.service.d/language.conf"

# A worker that has used a language keeps the archive that it mapped, until a restart.
_RESTART = """
    systemctl restart shop
    python3 -c 'import urllib.request; urllib.request.urlopen("http://127.0.0.1:8000/healthz", timeout=9)'
"""


def _compiled(name: str, sentence: str, hosts: tuple[str, ...], change: str) -> Fault:
    """A fault in the compiled locales; mending restores the archive and restarts the service."""
    kept = f"/root/{name}.locale-archive"
    return Fault(
        name=name,
        sentence=sentence,
        hosts=hosts,
        break_=f"cp -p {_ARCHIVE} {kept}.part && mv {kept}.part {kept}\n{change}\n{_RESTART}",
        mend=f"""
            rm -rf {kept}.part /root/{name}
            [ ! -f {kept} ] || {{ mv {kept} {_ARCHIVE} && systemctl restart shop; }}
        """,
        healthy=f"[ ! -e {kept} ] && locale -a | grep -qx de_DE.utf8",
    )


def _from_source(name: str, locale: str, category: str, other: str) -> str:
    """Compile a locale from its own source, with one category of another locale."""
    return f"""
        mkdir -p /root/{name}
        sed '/^{category}$/,/^END {category}$/c\\{category}\\ncopy "{other}"\\nEND {category}' \\
            /usr/share/i18n/locales/{locale} >/root/{name}/{locale}
        grep -qx 'copy "{other}"' /root/{name}/{locale}
        localedef --replace -i /root/{name}/{locale} -f UTF-8 {locale}.UTF-8
    """


FAULTS = (
    _compiled(
        "locale_not_compiled",
        "The German locale is not compiled on one web host of the standby.",
        ("arizona-web1",),
        "localedef --delete-from-archive de_DE.utf8",
    ),
    _compiled(
        "locale_not_compiled_at_the_standby",
        "The French locale is not compiled on any web host of the standby.",
        _STANDBY,
        "localedef --delete-from-archive fr_FR.utf8",
    ),
    _compiled(
        "locale_not_compiled_at_the_primary",
        "The Spanish locale is not compiled on any web host of the primary.",
        _PRIMARY,
        "localedef --delete-from-archive es_ES.utf8",
    ),
    _compiled(
        "locale_not_compiled_at_both_sites",
        "The Japanese locale is not compiled anywhere: the sites are equal, and both are wrong.",
        (*_PRIMARY, *_STANDBY),
        "localedef --delete-from-archive ja_JP.utf8",
    ),
    _compiled(
        "locale_compiled_from_other_sources",
        "A web host of the standby has the locale of Austria under the name of the German one.",
        ("arizona-web2",),
        "localedef --replace -i de_AT -f UTF-8 de_DE.UTF-8",
    ),
    _compiled(
        "locale_with_other_money",
        "The standby's French locale writes amounts of money as Switzerland does.",
        _STANDBY,
        _from_source("locale_with_other_money", "fr_FR", "LC_MONETARY", "fr_CH"),
    ),
    _compiled(
        "locale_with_other_order",
        "One web host of the primary sorts German words as Swedish ones.",
        ("dallas-web2",),
        _from_source("locale_with_other_order", "de_DE", "LC_COLLATE", "sv_SE"),
    ),
    _compiled(
        "locale_in_another_charset",
        "On a web host of the standby the French locale for UTF-8 was compiled in ISO-8859-1.",
        ("arizona-web1",),
        "localedef --replace -i fr_FR -f ISO-8859-1 fr_FR.UTF-8 || [ $? -eq 1 ]",
    ),
    _compiled(
        "locale_more_at_one_site",
        "The web hosts of the primary have a locale that the standby lacks.",
        _PRIMARY,
        "localedef -i it_IT -f UTF-8 it_IT.UTF-8",
    ),
    Fault(
        name="locales_for_root_alone_at_both_sites",
        sentence="Only root may read the compiled locales, on all web hosts: the shop starts without any.",
        hosts=(*_PRIMARY, *_STANDBY),
        break_=f"chmod 0600 {_ARCHIVE}",
        mend=f"chmod 0644 {_ARCHIVE}",
    ),
    Fault(
        name="locale_lost_by_the_next_upgrade",
        sentence="The German locale is compiled at the standby, and /etc/locale.gen no longer lists it.",
        hosts=_STANDBY,
        break_="cp -p /etc/locale.gen /root/locale.gen && sed -i '/^de_DE/d' /etc/locale.gen",
        mend="[ ! -f /root/locale.gen ] || mv /root/locale.gen /etc/locale.gen",
        healthy="grep -q '^de_DE' /etc/locale.gen",
    ),
    Fault(
        name="locales_replaced_under_the_service",
        sentence="The locales of a web host were recompiled, and the shop was not restarted.",
        hosts=("arizona-web2",),
        break_=f"cp -p {_ARCHIVE} {_ARCHIVE}.new && mv {_ARCHIVE}.new {_ARCHIVE}",
        mend="systemctl restart shop",
    ),
    Fault(
        name="default_language_differs",
        sentence="Jobs and logins on one web host of the standby run in German.",
        hosts=("arizona-web1",),
        break_="cp -p /etc/default/locale /root/default-locale && echo LANG=de_DE.UTF-8 >/etc/default/locale",
        mend="[ ! -f /root/default-locale ] || mv /root/default-locale /etc/default/locale",
        healthy="! grep -q de_DE /etc/default/locale",
    ),
    Fault(
        name="service_language_changed_by_a_drop_in",
        sentence="A drop-in makes the shop of one web host run in the C locale, whatever LANG says.",
        hosts=("arizona-web2",),
        break_=f"""
            mkdir -p {_DROP_IN.rpartition("/")[0]}
            printf '[Service]\\nEnvironment=LC_ALL=C.UTF-8\\n' >{_DROP_IN}
            systemctl daemon-reload
            systemctl restart shop
        """,
        mend=f"""
            rm -rf {_DROP_IN.rpartition("/")[0]}
            systemctl daemon-reload
            systemctl restart shop
        """,
    ),
    Fault(
        name="service_language_changes_at_the_next_start",
        sentence="On one web host of the primary every service that starts from now on inherits LANGUAGE=ja.",
        hosts=("dallas-web1",),
        break_="systemctl set-environment LANGUAGE=ja",
        # Mending another fault may have restarted the shop meanwhile.
        mend="systemctl unset-environment LANGUAGE; systemctl restart shop",
    ),
    Fault(
        name="service_runs_in_an_old_language",
        sentence="The standby's shop was started in the C locale; that was corrected without a restart.",
        hosts=_STANDBY,
        break_="""
            systemctl set-environment LC_ALL=C
            systemctl restart shop
            systemctl unset-environment LC_ALL
        """,
        mend="""
            systemctl unset-environment LC_ALL
            systemctl restart shop
        """,
        alone=True,  # whatever restarts the shop ends it
    ),
    Fault(
        name="service_language_changed_by_its_environment_file",
        sentence="A line in shop.env makes the shop on one web host of the standby run in German.",
        hosts=("arizona-web1",),
        break_="""
            cp -p /etc/shop/shop.env /root/shop.env
            echo 'LANG=de_DE.UTF-8' >>/etc/shop/shop.env
            systemctl restart shop
        """,
        mend="""
            [ ! -f /root/shop.env ] || mv /root/shop.env /etc/shop/shop.env
            systemctl restart shop
        """,
        healthy="! grep -q '^LANG=' /etc/shop/shop.env",
    ),
)
