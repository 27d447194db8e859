#!/bin/sh
# Run a command of briefs as the user briefs, with the settings of the systemd units. Run this script as root.
# usage: as-service.sh COMMAND [ARGUMENT]...      for example: as-service.sh seed status
set -eu

export DATABASE_URL=sqlite:////var/lib/briefs/briefs.db
set -a
for settings in /etc/briefs/briefs.env /etc/briefs/owner.env; do
  if [ -r "$settings" ]; then . "$settings"; fi
done
set +a
umask 077
exec setpriv --reuid briefs --regid briefs --clear-groups --no-new-privs /opt/briefs/.venv/bin/briefs "$@"
