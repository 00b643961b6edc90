# Run by bash. Arguments: server, port, what to send; the sixth is the option that verifies the certificate
# against the server's name or address. What openssl says of a connection that fails is printed as well.
printf %s "$3" |
    openssl s_client -quiet -verify_return_error "$6" "$1" -servername "$1" -connect "$1:$2" 2>&1 | {
        found=
        while IFS= read -r line; do
            case $line in
                HTTP/*|[0-9][0-9][0-9][\ -]*) found=$line; break;;
                *[Ee]rror*|*errno*) echo "$line";;
            esac
        done
        echo "said $found"
    }
