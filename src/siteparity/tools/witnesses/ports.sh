ss -Hlntu || exit
echo end
