#!/bin/sh
# Java takes its certificates one by one: adds those of a bundle that the system does not have yet.
set -eu
bundle=$1
[ -f "$bundle" ] || exit 0
mkdir -p /tmp/bundle && cd /tmp/bundle
awk '/BEGIN CERTIFICATE/ { n++ } n { print > (n ".pem") }' "$bundle"
for certificate in *.pem; do
  body=$(sed -n 2p "$certificate")
  if ! grep -qF "$body" /etc/ssl/certs/ca-certificates.crt; then
    keytool -importcert -noprompt -cacerts -storepass changeit -alias "given-$certificate" -file "$certificate" >/dev/null 2>&1
  fi
done
