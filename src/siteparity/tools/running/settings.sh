# What systemd says stays on the host: values of Environment= may be secrets.
{
@LOOK_UP@
} >/dev/null
case $shown in
    *LoadState=loaded*) ;;
    *) printf '%s\n' 'not loaded' end; exit 0;;
esac
[ "$main" -gt 0 ] || { printf '%s\n' 'not running' end; exit 0; }
# perl reads its program from stdin, and the rest from its environment: no value becomes an argument.
export KNOWN
SITEPARITY_KEY=$KEY MAIN=$main SHOWN=$shown perl - <<'END_OF_PROGRAM'
@PROGRAM@
END_OF_PROGRAM
