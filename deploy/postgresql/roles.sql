-- Two roles for the database `briefs`: `briefs_owner` owns the tables and is for commands, and `briefs_web` can only
-- read and is for the web service. Run this file with psql as a superuser, connected to the database:
--
--   psql --set=owner_password=... --set=web_password=... --file=deploy/postgresql/roles.sql briefs

\set ON_ERROR_STOP on

SELECT 'CREATE ROLE briefs_owner LOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'briefs_owner') \gexec
SELECT 'CREATE ROLE briefs_web LOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'briefs_web') \gexec
ALTER ROLE briefs_owner PASSWORD :'owner_password';
ALTER ROLE briefs_web PASSWORD :'web_password';

-- The tables are created later by `briefs db upgrade` as briefs_owner, and briefs_web can read each of them.
ALTER SCHEMA public OWNER TO briefs_owner;
GRANT USAGE ON SCHEMA public TO briefs_web;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO briefs_web;
ALTER DEFAULT PRIVILEGES FOR ROLE briefs_owner IN SCHEMA public GRANT SELECT ON TABLES TO briefs_web;
