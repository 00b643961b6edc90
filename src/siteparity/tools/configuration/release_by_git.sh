user=$(stat -L -c %u .git) && group=$(stat -L -c %g .git) || exit
as=
[ "$user" = "$(id -u)" ] || as="setpriv --reuid=$user --regid=$group --clear-groups"
git_() {
    $as env GIT_OPTIONAL_LOCKS=0 GIT_CONFIG_NOSYSTEM=1 HOME=/nonexistent git \
        -c core.fsmonitor=false -c core.hooksPath=/dev/null -c core.quotePath=true "$@"
}
echo '[version]'
git_ rev-parse --verify HEAD || exit
echo '[manifest]'
git_ status --porcelain=v1 --untracked-files=all --no-renames || exit
# Files that git was told not to look at have another letter than H.
flags=$(git_ ls-files -v) || exit
printf '%s\n' "$flags" | grep -v '^H '
