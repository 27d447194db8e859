#!/bin/sh
# The image of PostgreSQL runs this script once, after it has created the database.
exec psql --quiet --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" \
  --set=owner_password="$OWNER_PASSWORD" --set=web_password="$WEB_PASSWORD" --file=/roles.sql
