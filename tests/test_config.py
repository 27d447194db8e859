"""Tests of the settings: valid and invalid values, and error messages, which reveal no secret."""

import subprocess
from dataclasses import FrozenInstanceError
from ipaddress import ip_network
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from api.admission.policies import Policy
from api.app import close_app, create_app
from api.config import VARIABLES, SettingError, Settings, read_settings
from tests.support.server import ROOT, clean_environ

INSTANCE = "/srv/briefs"


def read(**environ: str) -> Settings:
    return read_settings(environ, INSTANCE)


def refusal_message(**environ: str) -> str:
    """Return the message with which invalid settings are refused. `environ` are environment variables.

    Assert that the message is one line and begins with the name of the variable.
    """
    with pytest.raises(SettingError) as refused:
        read(**environ)
    message = str(refused.value)
    (variable,) = environ
    assert message.startswith(f"{variable}: ")
    assert len(message.splitlines()) == 1
    assert message.isprintable()
    return message


def test_an_empty_environment_gives_the_defaults() -> None:
    assert read() == Settings(
        database_url=f"sqlite:///{INSTANCE}/briefs.db",
        base_url="",
        cache_bytes=67_108_864,
        cache_seconds=0.05,
        cache_control="public, max-age=60, stale-while-revalidate=300",
        cors_origins=("*",),
        log_format="text",
        log_level="info",
        max_document_bytes=2_097_152,
        secret_key=None,
        spacy_model="",
    )


@pytest.mark.parametrize("variable", [*(variable for variable, _ in VARIABLES.values()), "BRIEFS_UNKNOWN"])
def test_an_empty_variable_counts_as_not_set(variable: str) -> None:
    assert read(**{variable: ""}) == read()


def test_variables_of_other_programs_are_ignored() -> None:
    assert read(PATH="/usr/bin", HOME="/root", BRIEFSCASE="1", FLASK_APP="wsgi") == read()


@pytest.mark.parametrize(
    ("variable", "text", "field", "value"),
    [
        ("BRIEFS_BASE_URL", "https://api.example.org", "base_url", "https://api.example.org"),
        ("BRIEFS_BASE_URL", "http://localhost:8080/briefs/", "base_url", "http://localhost:8080/briefs"),
        ("BRIEFS_BASE_URL", "http://[::1]:8000", "base_url", "http://[::1]:8000"),
        ("BRIEFS_BIND", "0.0.0.0:80", "bind", "0.0.0.0:80"),
        ("BRIEFS_BIND", "[::1]:8000", "bind", "[::1]:8000"),
        ("BRIEFS_BIND", "unix:/run/briefs/http", "bind", "unix:/run/briefs/http"),
        ("BRIEFS_CACHE_BYTES", "0", "cache_bytes", 0),
        ("BRIEFS_CACHE_CONTROL", "private, max-age=5", "cache_control", "private, max-age=5"),
        ("BRIEFS_CACHE_SECONDS", "0", "cache_seconds", 0),
        ("BRIEFS_CACHE_SECONDS", "0.25", "cache_seconds", 0.25),
        ("BRIEFS_CACHE_SECONDS", "30", "cache_seconds", 30),
        ("BRIEFS_CORS_ORIGINS", "*", "cors_origins", ("*",)),
        ("BRIEFS_CORS_ORIGINS", "https://example.org", "cors_origins", ("https://example.org",)),
        (
            "BRIEFS_CORS_ORIGINS",
            "https://a.example, http://localhost:3000",
            "cors_origins",
            ("https://a.example", "http://localhost:3000"),
        ),
        ("BRIEFS_CATALOGUE", "/etc/briefs/größer.yaml", "catalogue", "/etc/briefs/größer.yaml"),
        ("BRIEFS_LOG_FORMAT", "json", "log_format", "json"),
        ("BRIEFS_LOG_FORMAT", "text", "log_format", "text"),
        ("BRIEFS_LOG_FORMAT", "short", "log_format", "short"),
        ("BRIEFS_LOG_ADDRESSES", "none", "log_addresses", "none"),
        ("BRIEFS_LOG_ADDRESSES", "full", "log_addresses", "full"),
        ("BRIEFS_LOG_QUERIES", "false", "log_queries", False),
        ("BRIEFS_LOG_LEVEL", "debug", "log_level", "debug"),
        ("BRIEFS_LOG_LEVEL", "info", "log_level", "info"),
        ("BRIEFS_MAX_DOCUMENT_BYTES", "1", "max_document_bytes", 1),
        ("BRIEFS_METRICS_BIND", "[::1]:9100", "metrics_bind", "[::1]:9100"),
        ("BRIEFS_METRICS_DIR", "/run/briefs/metrics", "metrics_dir", "/run/briefs/metrics"),
        ("BRIEFS_MAX_DOCUMENT_BYTES", "10000000", "max_document_bytes", 10_000_000),
        ("BRIEFS_RATE_LIMIT", "600/minute", "rate_limit", (Policy("default", 600, 60),)),
        (
            "BRIEFS_RATE_LIMIT",
            "20/second;5000/day",
            "rate_limit",
            (Policy("default-second", 20, 1), Policy("default-day", 5000, 86_400)),
        ),
        *(
            ("BRIEFS_RATE_LIMIT_STORAGE", url, "rate_limit_storage", url)
            for url in (
                "redis://localhost",
                "redis://:p%40ss@10.0.0.1:6379/1",
                "rediss://redis.example.org:6380/0",
                "redis+unix:///run/redis/redis.sock",
            )
        ),
        ("BRIEFS_REQUIRE_KEY", "true", "require_key", True),
        ("BRIEFS_SECRET_KEY", "sixteen-letters-", "secret_key", "sixteen-letters-"),
        (
            "BRIEFS_TRUSTED_PROXIES",
            "127.0.0.1, 10.0.0.0/8,2001:DB8::/32,unix",
            "trusted_proxies",
            (ip_network("127.0.0.1"), ip_network("10.0.0.0/8"), ip_network("2001:db8::/32"), "unix"),
        ),
        ("BRIEFS_REQUEST_SECONDS", "2.5", "request_seconds", 2.5),
        ("BRIEFS_SPACY_MODEL", "en_core_web_sm", "spacy_model", "en_core_web_sm"),
        ("BRIEFS_SPACY_MODEL", "/srv/models/größer", "spacy_model", "/srv/models/größer"),
        ("BRIEFS_STALE_SECONDS", "0", "stale_seconds", 0),
        ("BRIEFS_STREAMS", "3", "streams", 3),
        ("BRIEFS_THREADS", "1", "threads", 1),
        ("BRIEFS_WORKERS", "16", "workers", 16),
        ("DATABASE_URL", "sqlite:////var/lib/briefs.db", "database_url", "sqlite:////var/lib/briefs.db"),
        ("DATABASE_URL", "sqlite:///briefs.db", "database_url", "sqlite:///briefs.db"),
        ("DATABASE_URL", "sqlite:///a.db?mode=ro", "database_url", "sqlite:///a.db?mode=ro"),
        ("DATABASE_URL", "sqlite:///a.db?immutable=1", "database_url", "sqlite:///a.db?immutable=1"),
    ],
)
def test_a_valid_value_is_read(variable: str, text: str, field: str, value: object) -> None:
    settings = read(**{variable: text})
    assert getattr(settings, field) == value


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
@pytest.mark.parametrize(
    "rest", ["user:p%40ss%2Fword@db.example:5433/briefs?sslmode=require", "/briefs?host=/run/postgresql"]
)
def test_every_form_of_a_postgresql_url_means_psycopg(scheme: str, rest: str) -> None:
    settings = read(DATABASE_URL=f"{scheme}://{rest}")
    assert make_url(settings.database_url) == make_url(f"postgresql+psycopg://{rest}")
    assert settings.cache_seconds == 1


@pytest.mark.parametrize(
    ("rest", "host", "port"),
    [
        ("briefs:p%2Cw@one:5433,two/briefs?sslmode=require", "one,two", "5433,5432"),
        (
            "briefs:p,w@[::1]:5433,db.example:5434/briefs?sslmode=require",
            "::1,db.example",
            "5433,5434",
        ),
        (
            "briefs:p,w@/briefs?host=one:5433&host=two:5434&sslmode=require",
            "one,two",
            "5433,5434",
        ),
        (
            "briefs:p,w@/briefs?host=one,two&port=5433,5434&sslmode=require",
            "one,two",
            "5433,5434",
        ),
    ],
)
def test_a_postgresql_url_can_name_several_hosts(rest: str, host: str, port: str) -> None:
    url = make_url(read(DATABASE_URL=f"postgresql://{rest}").database_url)
    _, parameters = url.get_dialect()().create_connect_args(url)
    assert parameters == {
        "user": "briefs",
        "password": "p,w",
        "host": host,
        "port": port,
        "dbname": "briefs",
        "sslmode": "require",
    }


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("BRIEFS_BIND", "8000"),
        ("BRIEFS_BIND", ":8000"),
        ("BRIEFS_BIND", "127.0.0.1"),
        ("BRIEFS_BIND", "127.0.0.1:65536"),
        ("BRIEFS_BIND", "http://127.0.0.1:8000"),
        ("BRIEFS_BIND", "unix:run/briefs"),
        ("BRIEFS_THREADS", "0"),
        ("BRIEFS_WORKERS", "-1"),
        ("BRIEFS_WORKERS", "1001"),
        ("BRIEFS_WORKERS", "9" * 5_000),
        ("BRIEFS_BASE_URL", "api.example.org"),
        ("BRIEFS_BASE_URL", "//api.example.org"),
        ("BRIEFS_BASE_URL", "ftp://api.example.org"),
        ("BRIEFS_BASE_URL", "https://"),
        ("BRIEFS_BASE_URL", "https:///briefs"),
        ("BRIEFS_BASE_URL", "https://api.example.org/?a=b"),
        ("BRIEFS_BASE_URL", "https://api.example.org/#top"),
        ("BRIEFS_BASE_URL", "https://[::1"),
        # Every link would reveal the password.
        ("BRIEFS_BASE_URL", "https://briefs:geheim@api.example.org"),
        # Not allowed in a link or in the Link header.
        ("BRIEFS_BASE_URL", "https://api.example.org/a b"),
        ("BRIEFS_BASE_URL", "https://api.example.org/\nbriefs"),
        ("BRIEFS_BASE_URL", "https://api.example.org/<briefs>"),
        ("BRIEFS_BASE_URL", "https://api.example.org/ł"),
        ("BRIEFS_BASE_URL", "https://api.example.org:http/"),
        ("BRIEFS_BASE_URL", "https://api.example.org:99999/"),
        ("BRIEFS_CACHE_BYTES", "-1"),
        ("BRIEFS_CACHE_BYTES", "64MB"),
        ("BRIEFS_CACHE_CONTROL", "max-age=60\r\nSet-Cookie: a=b"),
        *(("BRIEFS_CACHE_SECONDS", text) for text in ("-1", ".5", "5.", "1e3", "nan", "1,5", "١", "9" * 10)),
        ("BRIEFS_CACHE_CONTROL", "max-age=60\x7f"),
        ("BRIEFS_CACHE_CONTROL", "größer"),
        ("BRIEFS_CATALOGUE", "catalogue.yaml"),
        ("BRIEFS_CATALOGUE", "/etc/cata\nlogue.yaml"),
        # A folder.
        ("BRIEFS_CATALOGUE", "/etc"),
        ("BRIEFS_SPACY_MODEL", "en_core\nweb"),
        ("BRIEFS_CORS_ORIGINS", "example.org"),
        ("BRIEFS_CORS_ORIGINS", "https://example.org/"),
        ("BRIEFS_CORS_ORIGINS", "https://example.org/path"),
        ("BRIEFS_CORS_ORIGINS", "https://a.example https://b.example"),
        ("BRIEFS_CORS_ORIGINS", "https://a.example,"),
        ("BRIEFS_CORS_ORIGINS", "null"),
        ("BRIEFS_CORS_ORIGINS", "file:///home"),
        # As a regular expression of Flask-CORS this would allow https://xexample.org.
        ("BRIEFS_CORS_ORIGINS", "https://*.example.org"),
        ("BRIEFS_LOG_FORMAT", "JSON"),
        ("BRIEFS_LOG_FORMAT", "xml"),
        ("BRIEFS_LOG_ADDRESSES", "all"),
        ("BRIEFS_LOG_QUERIES", "yes"),
        ("BRIEFS_TRUSTED_PROXIES", "*"),
        ("BRIEFS_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("BRIEFS_TRUSTED_PROXIES", "proxy.example"),
        ("BRIEFS_TRUSTED_PROXIES", "127.0.0.1,"),
        ("BRIEFS_LOG_LEVEL", "DEBUG"),
        ("BRIEFS_LOG_LEVEL", "warning"),
        ("BRIEFS_MAX_DOCUMENT_BYTES", "0"),
        *(
            ("BRIEFS_METRICS_BIND", text)
            for text in ("9100", "127.0.0.1", "127.0.0.1:0", "unix:/run/metrics")
        ),
        ("BRIEFS_METRICS_BIND", ":9100"),
        ("BRIEFS_METRICS_BIND", "127.0.0.1:99999"),
        ("BRIEFS_METRICS_DIR", "metrics"),
        ("BRIEFS_METRICS_DIR", "/dev/null/metrics\0"),
        ("BRIEFS_METRICS_DIR", "/run/met\nrics"),
        ("BRIEFS_MAX_DOCUMENT_BYTES", "-1"),
        ("BRIEFS_MAX_DOCUMENT_BYTES", "2MB"),
        ("BRIEFS_MAX_DOCUMENT_BYTES", "1e6"),
        ("BRIEFS_MAX_DOCUMENT_BYTES", "1_000"),
        ("BRIEFS_MAX_DOCUMENT_BYTES", " 5"),
        ("BRIEFS_MAX_DOCUMENT_BYTES", "٥"),
        ("BRIEFS_MAX_DOCUMENT_BYTES", "9" * 13),
        ("BRIEFS_REQUEST_SECONDS", "0"),
        ("BRIEFS_REQUEST_SECONDS", "-1"),
        *(("BRIEFS_RATE_LIMIT", text) for text in ("600", "0/minute", "600/fortnight", "1/minute;2/minute")),
        *(
            ("BRIEFS_RATE_LIMIT_STORAGE", text)
            for text in (
                "memory://",
                "localhost:6379",
                "redis://",
                "redis://host:port",
                "redis+unix://",
                "redis://ł",
            )
        ),
        ("BRIEFS_REQUIRE_KEY", "yes"),
        ("BRIEFS_SECRET_KEY", "fifteen-letters"),
        ("BRIEFS_STALE_SECONDS", "5m"),
        *(("BRIEFS_STREAMS", text) for text in ("0", "4", "two")),
        ("DATABASE_URL", "briefs.db"),
        ("DATABASE_URL", "/var/lib/briefs.db"),
        ("DATABASE_URL", "mysql://localhost/briefs"),
        ("DATABASE_URL", "postgresql+psycopg2://localhost/briefs"),
        ("DATABASE_URL", "postgresql://localhost:port/briefs"),
        ("DATABASE_URL", "postgresql://one:5432,two:port/briefs"),
        ("DATABASE_URL", "postgresql://one,/briefs"),
    ],
)
def test_an_invalid_value_is_refused_in_one_line_that_names_the_variable(variable: str, text: str) -> None:
    message = refusal_message(**{variable: text})
    assert len(message) > len(variable) + 2


def test_a_message_names_each_form_of_a_valid_value() -> None:
    message = refusal_message(DATABASE_URL="foo")
    assert "sqlite:////" in message
    assert "postgresql://" in message
    assert "not 10.0.0.1/8" in refusal_message(BRIEFS_TRUSTED_PROXIES="10.0.0.1/8")


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///:memory:?timeout=5",
        "sqlite:///file::memory:?uri=true",
        "sqlite:///file:briefs?mode=memory&cache=shared&uri=true",
    ],
)
def test_sqlite_in_memory_is_refused(url: str) -> None:
    assert "file" in refusal_message(DATABASE_URL=url)


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("DATABASE_URL", "mysql://briefs:geheim@db.example/briefs"),
        ("DATABASE_URL", "postgresql+asyncpg://briefs:geheim@db.example/briefs"),
        ("DATABASE_URL", "postgresql://briefs:geheim@db.example:port/briefs"),
        ("DATABASE_URL", "postgresql:/briefs:geheim@db.example/briefs"),
        # Without this refusal, `geheim` would be the host.
        ("DATABASE_URL", "postgresql://briefs:p@geheim@db.example/briefs"),
        ("DATABASE_URL", "postgresql://briefs:p@geheim/x@one,two/briefs"),
        ("DATABASE_URL", "geheim"),
        ("BRIEFS_BASE_URL", "ftp://briefs:geheim@api.example.org"),
        ("BRIEFS_BASE_URL", "https://briefs:geheim@api.example.org/?a=b"),
        # The message of Python for this URL quotes the user and the password.
        ("BRIEFS_BASE_URL", "https://briefs:geheim\u2100@api.example.org"),
        ("BRIEFS_BASE_URL", "https://briefs:geheim@api.example.org:port/"),
        ("BRIEFS_CORS_ORIGINS", "https://briefs:geheim\u2100@example.org"),
        ("BRIEFS_RATE_LIMIT_STORAGE", "https://:geheim@redis.example.org"),
        ("BRIEFS_RATE_LIMIT_STORAGE", "redis://:geheim@redis.example.org:port"),
        ("BRIEFS_SECRET_KEY", "geheim"),
        ("BRIEFS_SECRET_KEEY", "geheim-geheim-geheim"),
    ],
)
def test_a_refusal_reveals_no_secret(variable: str, text: str) -> None:
    assert "geheim" not in refusal_message(**{variable: text})


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("BRIEFS_LOG_FROMAT", "BRIEFS_LOG_FORMAT"),
        ("BRIEFS_BASEURL", "BRIEFS_BASE_URL"),
        ("BRIEFS_CORS_ORIGIN", "BRIEFS_CORS_ORIGINS"),
        ("BRIEFS_SECRETKEY", "BRIEFS_SECRET_KEY"),
        ("BRIEFS_MAX_DOCUMENT_BYTE", "BRIEFS_MAX_DOCUMENT_BYTES"),
    ],
)
def test_an_unknown_variable_is_refused_with_the_name_of_the_nearest_one(variable: str, meant: str) -> None:
    assert refusal_message(**{variable: "1"}).endswith(f"did you mean {meant}?")


def test_an_unknown_variable_unlike_any_other_is_refused_without_a_guess() -> None:
    assert "did you mean" not in refusal_message(BRIEFS_ZZZZZZZZZZZZZZZZZZZZZZ="1")


def test_responses_are_private_by_default_if_keys_are_required() -> None:
    private = "private, max-age=60, stale-while-revalidate=300"
    assert read(BRIEFS_REQUIRE_KEY="true").cache_control == private
    assert read(BRIEFS_REQUIRE_KEY="false").cache_control == private.replace("private", "public")
    assert read(BRIEFS_REQUIRE_KEY="true", BRIEFS_CACHE_CONTROL="no-store").cache_control == "no-store"


@pytest.mark.parametrize(("threads", "streams"), [("1", 1), ("2", 1), ("9", 4)])
def test_streams_take_half_of_the_threads_by_default(threads: str, streams: int) -> None:
    assert read(BRIEFS_THREADS=threads).streams == streams


def test_settings_cannot_be_changed() -> None:
    settings = read()
    with pytest.raises(FrozenInstanceError):
        settings.base_url = "https://example.org"  # type: ignore[misc]
    assert settings == read()


def test_the_application_uses_the_settings_of_its_environment(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/briefs.db"
    app = create_app({"DATABASE_URL": url, "BRIEFS_BASE_URL": "https://api.example.org/"})
    close_app(app)
    assert app.config["BRIEFS_SETTINGS"] == read(DATABASE_URL=url, BRIEFS_BASE_URL="https://api.example.org")


@pytest.mark.parametrize(
    ("variable", "text"),
    [("DATABASE_URL", "mysql://briefs:geheim@db.example/briefs"), ("BRIEFS_LOG_FROMAT", "json")],
)
def test_the_command_line_stops_with_the_same_line(forked_programs: Path, variable: str, text: str) -> None:
    command = [str(forked_programs / "flask"), "seed", "status"]
    environ = clean_environ({variable: text})
    run = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == f"briefs: {refusal_message(**{variable: text})}\n"
