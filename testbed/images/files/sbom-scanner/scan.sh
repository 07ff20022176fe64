#!/bin/sh
# BuildKit's protocol for scanners: what to scan and where to write come as variables; each result is an in-toto
# statement without a subject, which BuildKit adds.
set -eu

scan() {
  name=$(basename "$1")
  # What is installed, as in images; what a folder of sources asks for is another question.
  syft scan "dir:$1" --override-default-catalogers image --source-name "$name" --quiet --output spdx-json=/tmp/sbom.json
  {
    printf '{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"https://spdx.dev/Document","predicate":'
    cat /tmp/sbom.json
    printf '}\n'
  } >"$BUILDKIT_SCAN_DESTINATION/$name.spdx.json"
}

scan "$BUILDKIT_SCAN_SOURCE"
if [ -n "${BUILDKIT_SCAN_SOURCE_EXTRAS:-}" ]; then
  for folder in "$BUILDKIT_SCAN_SOURCE_EXTRAS"/*; do
    [ ! -e "$folder" ] || scan "$folder"
  done
fi
