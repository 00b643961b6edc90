"""A web application firewall that lets attacks through, or differs between the sites."""

from lab.faults import Fault

EDGES = ("dallas-edge1", "arizona-edge1")
PRIMARY, STANDBY = EDGES

SHOP = "/etc/nginx/conf.d/shop.conf"
ENGINE = "/etc/nginx/modsecurity.conf"
SETUP = "/etc/modsecurity/crs/crs-setup.conf"
BEFORE = "/etc/modsecurity/crs/REQUEST-900-EXCLUSION-RULES-BEFORE-CRS.conf"
AFTER = "/etc/modsecurity/crs/RESPONSE-999-EXCLUSION-RULES-AFTER-CRS.conf"
RULES = "/usr/share/modsecurity-crs/rules"


# Done only when the workers with the old files are gone, so that no check meets one of them.
LOAD = """
nginx -t -q
old=$(pgrep -P "$(cat /run/nginx.pid)")
systemctl reload nginx
for pid in $old; do
    for _ in $(seq 100); do [ -e "/proc/$pid" ] || continue 2; sleep 0.1; done
    echo "worker $pid of nginx does not go" >&2; exit 1
done
"""

DETECT = f"sed -i 's/^SecRuleEngine .*/SecRuleEngine DetectionOnly/' {ENGINE}\n{LOAD}"


def edited(name: str, sentence: str, hosts: tuple[str, ...], file: str, change: str) -> Fault:
    """A file of nginx is changed, and restored.

    Args:
        name: of the fault, and of the copy that is kept.
        sentence: what happened.
        hosts: where.
        file: which.
        change: a shell script that changes it and, unless that is the fault, loads it.
    """
    kept = f"/root/{name}"
    return Fault(
        name=name,
        sentence=sentence,
        hosts=hosts,
        break_=f"cp -p {file} {kept}.unfinished\nmv {kept}.unfinished {kept}\n{change}",
        mend=f"rm -f {kept}.unfinished\n[ ! -f {kept} ] || mv {kept} {file}\n{LOAD}",
    )


def _append(file: str, line: str) -> str:
    return f"cat >>{file} <<'RULE'\n{line}\nRULE\n"


_UNSEEN = "location /orders/ { modsecurity off; proxy_pass http://shop; }"
_TLS_ALONE = f"""
sed -i '/listen 443/d' {SHOP}
cat >>{SHOP} <<'SERVER'
server {{
    listen 443 ssl default_server;
    server_name www.shop.example;
    ssl_certificate     /etc/ssl/shop/www.shop.example.pem;
    ssl_certificate_key /etc/ssl/shop/www.shop.example.key;
    location / {{
        proxy_pass http://shop;
        proxy_set_header Host $host;
    }}
}}
SERVER
{LOAD}
"""

FAULTS = (
    edited(
        "waf_detection_only",
        "The standby's firewall was set to detection for a day of testing, and stayed so.",
        (STANDBY,),
        ENGINE,
        DETECT,
    ),
    edited(
        "waf_detection_only_at_both_sites",
        "The firewalls of both sites only detect: they are equal, and let everything through.",
        EDGES,
        ENGINE,
        DETECT,
    ),
    edited(
        "waf_mended_and_not_loaded",
        "The standby's firewall only detected; the file was corrected, and nginx was never reloaded.",
        (STANDBY,),
        ENGINE,
        f"{DETECT}\ncp -p /root/waf_mended_and_not_loaded {ENGINE}",
    ),
    edited(
        "waf_rules_changed_and_not_loaded_at_primary",
        "A rule against a new attack was added at the primary, and nginx was never reloaded.",
        (PRIMARY,),
        AFTER,
        _append(AFTER, """SecRule ARGS "@contains new-attack" "id:1900,phase:2,deny,status:403,log" """),
    ),
    edited(
        "waf_off_for_https",
        "At the standby HTTPS got a server block of its own, without the firewall.",
        (STANDBY,),
        SHOP,
        _TLS_ALONE,
    ),
    edited(
        "waf_off_for_a_location",
        "At the primary the firewall was switched off for one part of the shop, after a complaint.",
        (PRIMARY,),
        SHOP,
        f"sed -i 's#^    location / {{#    {_UNSEEN}\\n&#' {SHOP}\n{LOAD}",
    ),
    edited(
        "waf_rule_excluded",
        "One rule is disabled at the standby, after a complaint.",
        (STANDBY,),
        AFTER,
        _append(AFTER, "SecRuleRemoveById 942100") + LOAD,
    ),
    edited(
        "waf_rule_excluded_by_a_rule_at_primary",
        "A rule at the primary disables another one for a part of the shop.",
        (PRIMARY,),
        BEFORE,
        _append(
            BEFORE,
            'SecRule REQUEST_URI "@beginsWith /orders/" \\\n'
            '    "id:1001,phase:1,pass,nolog,ctl:ruleRemoveById=942100"',
        )
        + LOAD,
    ),
    edited(
        "waf_attack_class_taken_out_at_both_sites",
        "All rules against attacks on the database are disabled, at both sites.",
        EDGES,
        AFTER,
        _append(AFTER, "SecRuleRemoveByTag attack-sqli") + LOAD,
    ),
    edited(
        "waf_threshold_raised",
        "At the standby only an attack that breaks many rules at once is blocked.",
        (STANDBY,),
        SETUP,
        _append(
            SETUP,
            'SecAction "id:900110,phase:1,nolog,pass,t:none,setvar:tx.inbound_anomaly_score_threshold=1000"',
        )
        + LOAD,
    ),
    Fault(
        name="waf_rule_file_missing",
        sentence="A file that the standby's rules include is gone; nginx still runs with what it had read.",
        hosts=(STANDBY,),
        break_=f"mv {BEFORE} /root/waf_rule_file_missing",
        mend=f"[ ! -f /root/waf_rule_file_missing ] || mv /root/waf_rule_file_missing {BEFORE}\n{LOAD}",
    ),
    Fault(
        name="waf_rule_set_of_another_version",
        sentence="Somebody copied an older version of the rule set over the packaged one at the primary.",
        hosts=(PRIMARY,),
        break_=f"""
            cp -a {RULES} /root/waf_rule_set.unfinished
            mv /root/waf_rule_set.unfinished /root/waf_rule_set
            sed -i 's#OWASP_CRS/3.3.4#OWASP_CRS/3.3.2#' {RULES}/*.conf
            {LOAD}
        """,
        mend=f"""
            rm -rf /root/waf_rule_set.unfinished
            if [ -d /root/waf_rule_set ]; then
                rm -rf {RULES}
                mv /root/waf_rule_set {RULES}
            fi
            {LOAD}
        """,
    ),
)
