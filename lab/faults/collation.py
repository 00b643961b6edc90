"""Databases that sort differently from before, or from their standby."""

from lab.faults import Fault

PRIMARY, STANDBY = "dallas-db1", "arizona-db1"
_ARCHIVE = "/usr/lib/locale/locale-archive"
_LIBRARY = "/usr/lib/x86_64-linux-gnu/libc.so.6"
_RESTART = "systemctl restart postgresql@15-main"


def _psql(*statements: str) -> str:
    """Run statements as the superuser; the standby follows within a moment."""
    commands = " ".join(f'-c "{one}"' for one in statements)
    return f"runuser -u postgres -- psql -XqAt -v ON_ERROR_STOP=1 -d shop {commands} 2>/dev/null\nsleep 0.3"


def _order_of_another_language(name: str, sentence: str, host: str) -> Fault:
    """The locale of the database, compiled with the Swedish order; its version does not show it."""
    kept, source = f"/root/{name}.locale-archive", f"/root/{name}"
    return Fault(
        name,
        sentence,
        (host,),
        f"""
            cp -p {_ARCHIVE} {kept}.part && mv {kept}.part {kept}
            mkdir -p {source}
            sed '/^LC_COLLATE$/,/^END LC_COLLATE$/c\\LC_COLLATE\\ncopy "sv_SE"\\nEND LC_COLLATE' \\
                /usr/share/i18n/locales/en_US >{source}/en_US
            grep -qx 'copy "sv_SE"' {source}/en_US
            localedef --replace -i {source}/en_US -f UTF-8 en_US.UTF-8
            {_RESTART}
        """,
        f"""
            rm -rf {kept}.part {source}
            [ ! -f {kept} ] || {{ mv {kept} {_ARCHIVE} && {_RESTART}; }}
        """,
        f"[ ! -e {kept} ]",
    )


FAULTS = (
    Fault(
        name="collation_recorded_by_another_library",
        sentence="The indexes were built with an older C library, at both sites; nobody has rebuilt them.",
        hosts=(PRIMARY,),
        break_=_psql("UPDATE pg_database SET datcollversion = '2.28' WHERE datname = 'shop'"),
        mend=_psql("UPDATE pg_database SET datcollversion = '2.36' WHERE datname = 'shop'"),
    ),
    Fault(
        name="collation_of_icu_recorded_by_another_library",
        sentence="A column of the shop was sorted by an older version of ICU than the one installed.",
        hosts=(PRIMARY,),
        break_=_psql(
            "CREATE COLLATION german (provider = icu, locale = 'de')",
            "CREATE TABLE wishes (what text COLLATE german PRIMARY KEY)",
            "UPDATE pg_collation SET collversion = '153.14' WHERE collname = 'german'",
        ),
        mend=_psql("DROP TABLE IF EXISTS wishes", "DROP COLLATION IF EXISTS german"),
    ),
    _order_of_another_language(
        "collation_sorts_otherwise_at_the_standby",
        "The standby's locale was compiled from other sources: same name, same version, different order.",
        STANDBY,
    ),
    _order_of_another_language(
        "collation_sorts_otherwise_at_the_primary",
        "The primary's locale was compiled from other sources: same name, same version, different order.",
        PRIMARY,
    ),
    Fault(
        name="collation_library_of_another_version",
        sentence="The standby got a C library other than the primary's, and its server started with it.",
        hosts=(STANDBY,),
        # The lab cannot upgrade a whole distribution, so the library only reports another version.
        break_=f"""
            cp -p {_LIBRARY} /root/libc.kept.part && mv /root/libc.kept.part /root/libc.kept
            cp -p {_LIBRARY} {_LIBRARY}.new
            perl -0777 -pi -e 's/(?<= )2\\.36(?=\\0)/2.37/g' {_LIBRARY}.new
            mv {_LIBRARY}.new {_LIBRARY}
            {_RESTART}
        """,
        # Every process started in the meantime maps the other library, and `runtime` would report it.
        undone_by_reset=True,
    ),
)
