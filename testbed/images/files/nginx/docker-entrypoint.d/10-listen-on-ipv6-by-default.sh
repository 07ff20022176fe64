#!/bin/sh
# Adds an IPv6 listener to the shipped default.conf, where there is IPv6 and the file can be written.
set -e
file=/etc/nginx/conf.d/default.conf
if [ ! -f /proc/net/if_inet6 ]; then
  echo "$0: info: ipv6 not available"
elif [ ! -f "$file" ]; then
  echo "$0: info: $file is not a file or does not exist"
elif ! touch "$file" 2>/dev/null; then
  echo "$0: info: can not modify $file (read-only file system?)"
elif grep -q 'listen  *\[::\]:80;' "$file"; then
  echo "$0: info: IPv6 listen already enabled"
else
  sed -i 's,listen  *80;,listen       80;\n    listen  [::]:80;,' "$file"
  echo "$0: info: Enabled listen on IPv6 in $file"
fi
