#!/usr/bin/env bash
# Write an export of the whole database to FOLDER, and keep the newest COUNT exports (default: 14).
# usage: backup.sh FOLDER [COUNT]
set -euo pipefail

folder=${1:?usage: backup.sh FOLDER [COUNT]}
count=${2:-14}
briefs="$(dirname "$0")/../.venv/bin/briefs"

# An export contains the key that signs cursors, so only its owner can read it.
umask 077
export_file="$folder/briefs-$(date -u +%Y%m%dT%H%M%SZ).ndjson.gz"
unfinished="$folder/unfinished.$$"
trap 'rm -f "$unfinished"' EXIT
"$briefs" seed export | gzip >"$unfinished"
sync "$unfinished"
mv "$unfinished" "$export_file"
echo "wrote $export_file"

# The names contain the time, so their order is that of time.
exports=("$folder"/briefs-*.ndjson.gz)
for ((i = 0; i < ${#exports[@]} - count; i++)); do
  rm "${exports[i]}"
  echo "removed ${exports[i]}"
done
