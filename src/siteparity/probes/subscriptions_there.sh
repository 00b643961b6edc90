for path in @PATHS@; do
    if [ -e "$path" ]; then echo "there $path"; else echo "missing $path"; fi
done
if [ -x @COMMAND@ ]; then echo 'there can be run'; else echo 'missing cannot be run'; fi
echo end
