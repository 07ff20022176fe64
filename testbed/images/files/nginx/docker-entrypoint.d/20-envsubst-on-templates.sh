#!/bin/sh
# Writes every template into the configuration, with the variables of the environment filled in.
set -e
templates=${NGINX_ENVSUBST_TEMPLATE_DIR:-/etc/nginx/templates}
suffix=${NGINX_ENVSUBST_TEMPLATE_SUFFIX:-.template}
output=${NGINX_ENVSUBST_OUTPUT_DIR:-/etc/nginx/conf.d}
[ -d "$templates" ] || exit 0
if [ ! -w "$output" ]; then
  echo "$0: ERROR: $templates exists, but $output is not writable"
  exit 0
fi
# Only variables that are set are replaced: nginx has variables of its own, written the same way.
names=$(env | cut -d= -f1 | grep -E "${NGINX_ENVSUBST_FILTER:-}" | sed 's/.*/${&}/' | tr '\n' ' ')
find "$templates" -follow -type f -name "*$suffix" | while read -r template; do
  relative=${template#"$templates"/}
  target=$output/${relative%"$suffix"}
  mkdir -p "$(dirname "$target")"
  echo "$0: Running envsubst on $template to $target"
  envsubst "$names" <"$template" >"$target"
done
