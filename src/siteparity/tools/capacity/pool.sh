echo '[unit]'
@LOOK_UP@
echo '[file]'
grep -hE '^[[:space:]]*@VARIABLE@[[:space:]]*=' -- @FILE@ || [ $? -eq 1 ] || exit
echo '[running]'
[ "$main" -eq 0 ] || grep -zaE '^@VARIABLE@=' "/proc/$main/environ" || [ $? -eq 1 ] || exit
printf '\nend\n'
