said() {
@SETTING@
}
found=$(said) || exit
newline='
' tab='	'
found=${found#*"[configured]$newline"} found=${found%%"$newline"*}
case $found in *"$tab"[!-]*) ;; *) echo 'the setting holds no address' >&2; exit 1;; esac
place=${found#*"$tab"}
case $place in
    /*) host=localhost;;
    \[*) host=${place#[} host=${host%%]*};;
    *) host=${place%%/*} host=${host%:*};;
esac
getent ahosts -- "$host" || { echo "the name $host has no answer" >&2; exit 1; }
echo end
