"""Packages that are missing, of another build, half-finished, held back, or altered by hand.

Other builds are real packages: dpkg-deb packs the installed one twice, unchanged and with a change, and dpkg
installs the changed one. Mending installs the unchanged one.
"""

from lab.faults import Fault

WEB = ("dallas-web1", "dallas-web2", "arizona-web1", "arizona-web2")
EDGE = ("dallas-edge1", "arizona-edge1")
DB = ("dallas-db1", "arizona-db1")

SOUND = 'test -z "$(dpkg --audit)"'

# The folder's last step is a rename, so that mending never installs half of a package.
REPACK = """
work=/root/{name}
rm -rf "$work" "$work.unfinished"; mkdir -p "$work.unfinished/tree/DEBIAN"; cd "$work.unfinished"
info=/var/lib/dpkg/info/{package}; [ -e "$info.list" ] || info="$info:$(dpkg --print-architecture)"
dpkg-query -s {package} | sed '/^Status:/d' >tree/DEBIAN/control
for part in md5sums shlibs symbols triggers; do
    [ ! -e "$info.$part" ] || cp -p "$info.$part" "tree/DEBIAN/$part"
done
while read -r path; do
    case $path in /.|/bin|/sbin|/lib|/lib64) continue;; esac
    [ -d "$path" ] && [ ! -L "$path" ] || printf '%s\\n' ".$path"
done <"$info.list" | tar -C / --no-recursion -cf - -T - | tar -C tree -xf -
dpkg-deb --build --root-owner-group -Znone tree as-it-was.deb >/dev/null
mv "$work.unfinished" "$work"; cd "$work"
"""
INSTALL = """
dpkg-deb --build --root-owner-group -Znone tree changed.deb >/dev/null
dpkg --force-downgrade -i changed.deb >/dev/null 2>&1"""
EARLIER = """
version=$(sed -n 's/^Version: //p' tree/DEBIAN/control) number=${version##*[!0-9]}
sed -i "s/^Version: .*/Version: ${version%"$number"}$((number - 1))/" tree/DEBIAN/control
"""
RESTORE = """
[ ! -f /root/{name}/as-it-was.deb ] || dpkg --force-downgrade -i /root/{name}/as-it-was.deb >/dev/null 2>&1
rm -rf /root/{name} /root/{name}.unfinished
"""
KEEP = """
cp -a {path} /root/{name}.unfinished
mv /root/{name}.unfinished /root/{name}
"""
PUT_BACK = (
    "if [ -e /root/{name} ]; then rm -rf {path}; mv /root/{name} {path}; fi; rm -rf /root/{name}.unfinished"
)

LIBRARY = """
cd /usr/local/lib/python3.11/dist-packages
mkdir -p humanize humanize-4.6.0.dist-info
echo '__version__ = "4.6.0"' >humanize/__init__.py
printf '%s\\n' 'Metadata-Version: 2.1' 'Name: humanize' 'Version: 4.6.0' >humanize-4.6.0.dist-info/METADATA
echo 'humanize/__init__.py,,' >humanize-4.6.0.dist-info/RECORD
echo '# nothing' >sitecustomize.py
"""
WITHOUT_LIBRARY = (
    "cd /usr/local/lib/python3.11/dist-packages && rm -rf humanize humanize-4.6.0.dist-info sitecustomize.py"
)


def _repacked(name: str, sentence: str, host: str, package: str, *change: str) -> Fault:
    """A package is packed unchanged, then with a change, which is installed.

    Args:
        name: of the fault.
        sentence: what happened.
        host: where.
        package: which; one without maintainer scripts and conffiles.
        change: shell commands, run where the package's files are in ``tree``.
    """
    repack = REPACK.format(name=name, package=package)
    return Fault(name, sentence, (host,), "".join((repack, *change)), RESTORE.format(name=name), SOUND)


def _file(name: str, sentence: str, hosts: tuple[str, ...], path: str, damage: str) -> Fault:
    """A file or folder of a package is damaged; a copy is kept and put back."""
    known = {"name": name, "path": path}
    mend = PUT_BACK.format(**known)
    if "/python3" in path:  # libraries, which the shop finds laid down anew
        mend += "\nsystemctl restart shop"
    return Fault(name, sentence, hosts, (KEEP + damage).format(**known), mend, f"test -e {path}")


def _file_made(name: str, sentence: str, host: str, path: str, text: str) -> Fault:
    """A file that is on no other host."""
    made = f"mkdir -p $(dirname {path}) && cat >{path} <<'TEXT'\n{text}TEXT\n"
    return Fault(name, sentence, (host,), made, f"rm -f {path}")


def _moved(name: str, sentence: str, hosts: tuple[str, ...], path: str) -> Fault:
    """A folder of a package is moved away."""
    return Fault(
        name,
        sentence,
        hosts,
        f"mv {path} {path}.old",
        f"[ ! -d {path}.old ] || mv {path}.old {path}",
        f"test -d {path}",
    )


def _selected(name: str, sentence: str, hosts: tuple[str, ...], package: str, selection: str) -> Fault:
    """A package gets another selection state (dpkg(1), ``--set-selections``)."""
    text = "echo {} {} | dpkg --set-selections"
    return Fault(name, sentence, hosts, text.format(package, selection), text.format(package, "install"))


def _on_one(name: str, sentence: str, host: str, change: str) -> Fault:
    """A library is installed outside the package manager on every web host, and differs on one."""
    text = f'{LIBRARY}[ "$(hostname)" != {host} ] || {change}'
    return Fault(name, sentence, WEB, text, WITHOUT_LIBRARY, seen_on=(host,))


FAULTS = (
    _repacked(
        "package_one_revision_behind",
        "One of two web hosts of the standby missed an upgrade: its sftp server is one revision behind.",
        "arizona-web2",
        "openssh-sftp-server",
        EARLIER,
        INSTALL,
    ),
    _repacked(
        "package_one_revision_behind_at_primary",
        "The primary's session host is one rebuild behind.",
        "dallas-sessions1",
        "logsave",
        EARLIER,
        INSTALL,
    ),
    _repacked(
        "package_rebuilt",
        "The standby's database host has a package of the same version that somebody built with a patch.",
        "arizona-db1",
        "libjson-perl",
        """
        echo '# patched' >>tree/usr/share/perl5/JSON.pm
        (cd tree && find usr -type f -exec md5sum {} +) >md5sums && mv md5sums tree/DEBIAN/md5sums
        """,
        INSTALL,
    ),
    _repacked(
        "package_half_configured",
        "The configuration script of a package failed on one web host of the standby.",
        "arizona-web1",
        "sensible-utils",
        "printf '#!/bin/sh\\nexit 1\\n' >tree/DEBIAN/postinst && chmod 0755 tree/DEBIAN/postinst",
        INSTALL + " || dpkg -s sensible-utils | grep -q half-configured",
    ),
    _repacked(
        "package_missing",
        "A package was removed on the standby's edge.",
        "arizona-edge1",
        "nginx-light",
        "dpkg --remove nginx-light >/dev/null",
    ),
    Fault(
        "package_extra",
        "Somebody installed a debugging tool on one web host of the standby.",
        ("arizona-web2",),
        """
            mkdir -p /root/package_extra/DEBIAN /root/package_extra/usr/share/doc/shop-debug
            cd /root
            printf '%s\\n' 'Package: shop-debug' 'Version: 1.0-1' 'Architecture: all' \
                'Maintainer: Shop <shop@shop.example>' 'Description: looks for errors' \
                >package_extra/DEBIAN/control
            echo 'Tools.' >package_extra/usr/share/doc/shop-debug/README
            dpkg-deb --build --root-owner-group -Znone package_extra package_extra.deb >/dev/null
            dpkg -i package_extra.deb >/dev/null 2>&1
        """,
        """
            rm -rf /root/package_extra /root/package_extra.deb
            dpkg-query -s shop-debug >/dev/null 2>&1 || exit 0
            dpkg --purge shop-debug >/dev/null
        """,
    ),
    Fault(
        "package_triggers_pending",
        "An upgrade of the standby's session host was cut off before the linker's cache was rebuilt.",
        ("arizona-sessions1",),
        "dpkg-trigger --no-await --by-package=dpkg ldconfig",
        "dpkg --triggers-only --pending >/dev/null",
        SOUND,
    ),
    _selected(
        "package_marked_for_removal",
        "A package is installed on the primary's edge, and the next upgrade will remove it.",
        ("dallas-edge1",),
        "nginx-light",
        "deinstall",
    ),
    _selected(
        "package_held",
        "One web host of the standby does not take upgrades of gunicorn.",
        ("arizona-web1",),
        "gunicorn",
        "hold",
    ),
    _selected(
        "package_held_at_both_sites",
        "PostgreSQL was put on hold on both database hosts for an upgrade long ago.",
        DB,
        "postgresql-15",
        "hold",
    ),
    _file_made(
        "package_pinned",
        "One web host of the primary prefers the gunicorn of another release.",
        "dallas-web2",
        "/etc/apt/preferences.d/gunicorn",
        "Explanation: until the next release\nPackage: gunicorn\nPin: release n=trixie\nPin-Priority: 990\n",
    ),
    _file_made(
        "package_source_added",
        "The standby's edge takes packages from a source that the primary's does not have.",
        "arizona-edge1",
        "/etc/apt/sources.list.d/extra.list",
        "deb [trusted=yes] file:/srv/packages ./\n",
    ),
    _file(
        "package_file_altered",
        "Somebody patched flask by hand on one web host of the standby.",
        ("arizona-web1",),
        "/usr/lib/python3/dist-packages/flask/logging.py",
        "sed -i '$a # mended by hand' {path}",
    ),
    _file(
        "package_file_altered_and_dated_back",
        "A program on the primary's database host was overwritten, and its old timestamps were restored.",
        ("dallas-db1",),
        "/usr/share/postgresql/15/snowball_create.sql",
        "echo '-- x' >>{path}; touch -r /root/{name} {path}",
    ),
    _file(
        "package_file_altered_at_both_sites",
        "A script put the same altered page into nginx's package on both edges.",
        EDGE,
        "/usr/share/nginx/html/index.html",
        "echo '<!-- x -->' >>{path}",
    ),
    _file(
        "package_file_missing",
        "A program of Redis is gone from the standby's session host.",
        ("arizona-sessions1",),
        "/usr/bin/redis-benchmark",
        "rm {path}",
    ),
    _file(
        "package_translations_missing",
        "A cleanup of translations ran on every web host: versions are equal, Japanese is gone.",
        WEB,
        "/usr/share/locale/ja",
        "rm -r {path}",
    ),
    Fault(
        "package_file_mode_changed",
        "Only root may run gunicorn on one web host of the standby; the running shop does not notice.",
        ("arizona-web1",),
        "chmod 0700 /usr/bin/gunicorn",
        "chmod 0755 /usr/bin/gunicorn",
    ),
    Fault(
        "package_folder_closed",
        "Only root may enter nginx's folder on the standby's edge: large orders cannot be sent.",
        ("arizona-edge1",),
        "chmod 0700 /var/lib/nginx",
        "chmod 0755 /var/lib/nginx",
    ),
    _moved(
        "package_folder_missing",
        "Logs were moved away with their folder on the standby's database host.",
        ("arizona-db1",),
        "/var/log/prometheus",
    ),
    _moved(
        "package_folder_missing_at_both_sites",
        "Logs were moved away with their folder on the session hosts of both sites.",
        ("dallas-sessions1", "arizona-sessions1"),
        "/var/log/prometheus",
    ),
    _moved(
        "package_folder_of_settings_missing_at_primary",
        "A folder of nginx's settings is gone from the primary's edge.",
        ("dallas-edge1",),
        "/etc/nginx/modules-available",
    ),
    Fault(
        "package_link_retargeted",
        "A symbolic link of a package leads to another file on one web host of the standby.",
        ("arizona-web2",),
        "readlink /usr/bin/python3 | grep -qx python3.11 && ln -sfn /usr/bin/python3.11 /usr/bin/python3",
        "ln -sfn python3.11 /usr/bin/python3",
    ),
    Fault(
        "alternative_chosen_by_hand",
        "On the standby's database host somebody chose another pager with update-alternatives.",
        ("arizona-db1",),
        """
            update-alternatives --quiet --install /usr/bin/pager pager /bin/cat 1
            update-alternatives --quiet --set pager /bin/cat
        """,
        "update-alternatives --quiet --remove pager /bin/cat; update-alternatives --quiet --auto pager",
    ),
    Fault(
        "package_architecture_added",
        "One web host of the standby also takes packages for a foreign architecture.",
        ("arizona-web1",),
        "dpkg --add-architecture i386",
        "dpkg --remove-architecture i386; rm -f /var/lib/dpkg/arch /var/lib/dpkg/arch-old",
    ),
    _file_made(
        "python_module_by_hand",
        "One web host of the primary has a hand-installed module that every Python program imports.",
        "dallas-web1",
        "/usr/local/lib/python3.11/dist-packages/sitecustomize.py",
        "# nothing\n",
    ),
    Fault(
        "program_earlier_in_the_path",
        "Somebody tried another sort program on one web host of the standby, and left it first in the PATH.",
        ("arizona-web1",),
        "cp /usr/bin/sort /usr/local/bin/sort && printf x >>/usr/local/bin/sort",
        "rm -f /usr/local/bin/sort",
    ),
    Fault(
        "services_get_fewer_files_after_a_boot",
        "From its next boot one web host of the standby will allow every service only 64 open files.",
        ("arizona-web1",),
        "mkdir -p /etc/systemd/system.conf.d\n"
        "printf '[Manager]\\nDefaultLimitNOFILE=64\\n' >/etc/systemd/system.conf.d/files.conf",
        "rm -f /etc/systemd/system.conf.d/files.conf\nrmdir /etc/systemd/system.conf.d 2>/dev/null || true",
    ),
    Fault(
        "services_get_fewer_files_by_a_local_file",
        "A file below /usr/local will limit services of the standby's database host to 64 files.",
        ("arizona-db1",),
        "mkdir -p /usr/local/lib/systemd/system.conf.d\n"
        "printf '[Manager]\\nDefaultLimitNOFILE=64\\n' >/usr/local/lib/systemd/system.conf.d/files.conf",
        "rm -rf /usr/local/lib/systemd/system.conf.d\nrmdir /usr/local/lib/systemd 2>/dev/null || true",
    ),
    Fault(
        "program_diverted_by_hand",
        "On the standby's edge another program replaced nginx on disk: it runs on, but cannot reload.",
        ("arizona-edge1",),
        "dpkg-divert --quiet --local --rename --divert /usr/lib/nginx/nginx.distrib --add /usr/sbin/nginx\n"
        "cp /bin/false /usr/sbin/nginx",
        "[ ! -e /usr/lib/nginx/nginx.distrib ] || rm -f /usr/sbin/nginx\n"
        "dpkg-divert --quiet --local --rename --remove /usr/sbin/nginx",
    ),
    _file_made(
        "module_before_the_packaged_ones",
        "A test left a module that Python finds before the packaged one: the shop would not start again.",
        "arizona-web1",
        "/usr/lib/python3.11/redis.py",
        "raise ImportError('left by a test')\n",
    ),
    Fault(
        "folder_emptied_at_boot",
        "Each boot of one web host of the standby deletes the uploads: somebody added a tmpfiles line.",
        ("arizona-web2",),
        "echo 'D! /srv/uploads 0755 shop shop -' >/usr/lib/tmpfiles.d/uploads.conf",
        "rm -f /usr/lib/tmpfiles.d/uploads.conf",
    ),
    Fault(
        "boot_script_that_no_package_has_brought",
        "At its next boot the standby's database host runs a script that somebody wrote for a test.",
        ("arizona-db1",),
        "printf '#!/bin/sh\\nexit 0\\n' >/etc/init.d/tune && chmod 0755 /etc/init.d/tune",
        "rm -f /etc/init.d/tune",
    ),
    _file_made(
        "module_beside_the_packaged_ones",
        "A .pth line beside the packaged modules runs in every Python program of one standby web host.",
        "arizona-web2",
        "/usr/lib/python3/dist-packages/zz-trace.pth",
        "import sys\n",
    ),
    _file(
        "trusted_certificates_emptied",
        "One web host of the standby trusts no certificate any more: its bundle is empty.",
        ("arizona-web2",),
        "/etc/ssl/certs/ca-certificates.crt",
        "truncate --size=0 {path}",
    ),
    _file(
        "python_environment_missing",
        "The folder of hand-installed Python libraries is gone from one web host of the standby.",
        ("arizona-web1",),
        "/usr/local/lib/python3.11/dist-packages",
        "rm -r {path}",
    ),
    Fault(
        "python_distribution_by_hand",
        "Somebody installed a Python library outside the package manager, on one web host of the standby.",
        ("arizona-web2",),
        LIBRARY,
        WITHOUT_LIBRARY,
    ),
    _on_one(
        "python_distribution_mended_by_hand",
        "All web hosts have the same Python library, and somebody patched it on one host of the standby.",
        "arizona-web1",
        "echo '# mended by hand' >>humanize/__init__.py",
    ),
    _on_one(
        "python_distribution_half_installed_at_primary",
        "All web hosts got the same Python library; on one host of the primary the installation was cut off.",
        "dallas-web2",
        "rm humanize-4.6.0.dist-info/RECORD",
    ),
    _on_one(
        "python_module_differs",
        "All web hosts have a module that every Python program imports; on one host it does something else.",
        "arizona-web2",
        "echo 'import gc; gc.disable()' >sitecustomize.py",
    ),
)
