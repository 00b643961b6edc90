command -v openssl >/dev/null || { echo 'openssl: not found' >&2; exit 127; }
trust=@TRUST@
set --
[ ! "$trust" ] || set -- -CAfile "$trust" -no-CApath -no-CAstore
[ ! "$trust" ] || [ -r "$trust" ] || { echo "no $trust" >&2; exit 1; }
echo '[now]'
date +%s
echo '[served]'
out=$(openssl s_client -connect @PLACE@ -servername @NAME@ -verify_hostname @NAME@ "$@" \
    -showcerts 2>&1 </dev/null)
echo "exit $?"
# What openssl prints besides holds keys of the session, so it stays on the host.
printf '%s\n' "$out" | sed -n -e '/^-----BEGIN CERT/,/^-----END CERT/p' \
    -e '/^ *Verify return code: /p' -e '/:error:/p' -e '/errno=/p'
echo '[certificate]'
if [ -e @CERTIFICATE@ ]; then cat @CERTIFICATE@ || exit; else echo '@NOT_THERE@'; fi
echo '[key]'
# Of a key, only the public half leaves the host.
if [ -e @KEY@ ]; then openssl pkey -in @KEY@ -passin pass: -pubout || exit; else echo '@NOT_THERE@'; fi
echo end
