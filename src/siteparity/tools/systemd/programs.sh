# Tries each program as the user of its unit. setpriv opens no session, and so writes to no log.
@ITEMS@
[ $# -gt 0 ] || { echo end; exit; }
shown=$(systemctl show --no-pager --property=Id,User,ExecStart -- "$@") || exit
try() {
    group=
    if [ -z "$user" ] || [ "$user" = root ] || [ "$(id -u)" -ne 0 ]; then
        [ -x "$path" ]
    else
        group=$(id -g -- "$user") &&
            setpriv --reuid="$user" --regid="$group" --init-groups -- test -x "$path"
    fi
    printf '%s\t%s\t%s\t%s\n' "$?" "$unit" "$user" "$path"
}
newline='
'
unit= user= paths=
# The properties of a unit come in any order, and an empty line ends them.
printf '%s\n' "$shown" '' | while IFS= read -r line; do
    case $line in
        Id=*) unit=${line#Id=};;
        User=*) user=${line#User=};;
        ExecStart=*) path=${line#*path=} paths="$paths$newline${path%% ;*}";;
        '')
            set -f
            IFS=$newline
            for path in $paths; do try; done
            unset IFS
            set +f
            unit= user= paths=;;
    esac
done
echo end
