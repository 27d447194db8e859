#!/usr/bin/env bash
# Restore the newest export of FOLDER into a new SQLite database, and compare it with the export, byte for byte.
# The database is removed at the end. Fails if there is no export, or if its content cannot be restored.
# usage: restore-drill.sh FOLDER
set -euo pipefail

folder=${1:?usage: restore-drill.sh FOLDER}
briefs="$(dirname "$0")/../.venv/bin/briefs"

exports=("$folder"/briefs-*.ndjson.gz)
newest=${exports[-1]}
gzip --test "$newest"
drill=$(mktemp -d)
trap 'rm -rf "$drill"' EXIT
export DATABASE_URL="sqlite:///$drill/briefs.db"
"$briefs" db upgrade
gunzip -c "$newest" | "$briefs" seed import -
"$briefs" seed export | cmp - <(gunzip -c "$newest")
echo "restored $newest without a difference"
