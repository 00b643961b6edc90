# One word for each process of the service: whether it was started with the setting of the file. Whole values
# are compared, here on the host, since they hold a password.
[ "$pids" ] || { echo 'the service does not run' >&2; exit 1; }
value() {
    sed -nE 's/^[[:space:]]*@VARIABLE@[[:space:]]*=[[:space:]]*//p' -- "$1" |
        sed -E "s/[[:space:]]*\$//; s/^\"(.*)\"\$/\\1/; s/^'(.*)'\$/\\1/"
}
[ -r @FILE@ ] || { echo @FILE@" cannot be read" >&2; exit 1; }
filed=$(value @FILE@) last= newline='
'

# The last one of a unit's environment files wins (systemd.exec(5)).
echo '[overridden]'
for file in $(printf '%s\n' "$shown" |
    sed -nE 's/^EnvironmentFiles=(.*) \(ignore_errors=(yes|no)\)$/\1/p'); do
    [ ! -e "$file" ] || [ -z "$(value "$file")" ] || last=$file
done
case $last in ''|@FILE@) ;; *) printf '%s\n' "$last";; esac

echo '[processes]'
for pid in $pids; do
    [ -e "/proc/$pid" ] || continue
    [ -r "/proc/$pid/environ" ] || { echo "process $pid cannot be read" >&2; exit 1; }
    all=$newline$(tr '\000' '\n' 2>/dev/null <"/proc/$pid/environ")$newline
    [ -e "/proc/$pid/exe" ] || continue
    case $all in
        *"${newline}PATH="*|*"${newline}INVOCATION_ID="*) ;;
        *) echo "the environment of process $pid was written over (setproctitle)" >&2; exit 1;;
    esac
    own=
    case $all in *"${newline}@VARIABLE@="*)
        own=${all#*"${newline}@VARIABLE@="} own=${own%%"$newline"*};;
    esac
    if [ -z "$own" ]; then echo unset; elif [ "$own" = "$filed" ]; then echo same; else echo differs; fi
done
echo end
