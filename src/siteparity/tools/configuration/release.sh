cd @PATH@ || exit
@RELEASED@
# A version or a manifest may lack its last line feed.
printf '\n%s\n' '[files]'
find -L . -type f ! -name '*.pyc' ! -path './.git/*'@LEFT_OUT@ -exec sha256sum -- {} + || exit
echo '[modes]'
find -L . -type f ! -name '*.pyc' ! -path './.git/*'@LEFT_OUT@ -printf '%m %u:%g %p\n' || exit
echo end
