"""Rate limits and API keys of real servers that share Redis."""

import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import make_app, seeded_copy
from tests.support.programs.redis_server import RedisServer, needs_redis, running_redis
from tests.support.programs.reverse_proxy import NGINX, running_nginx
from tests.support.server import ROOT, Answer, Server, running_gunicorn

pytestmark = needs_redis

LIMIT, KEY_LIMIT = 200, 300
CONNECTIONS = 8
TARGET = "/v1/articles"


class Service(NamedTuple):
    """Two servers with two workers each, their Redis, and two API keys."""

    servers: list[Server]
    redis: RedisServer
    keys: list[str]


@pytest.fixture(scope="module")
def service(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Start two servers that share a database and Redis, and create two API keys.

    The first key has the default limit. The second key has the limit KEY_LIMIT.
    """
    folder = tmp_path_factory.mktemp("limits")
    url = seeded_copy(sqlite_template, folder)
    runner = make_app(url).test_cli_runner()
    limit = ["--limit", f"{KEY_LIMIT}/hour"]
    keys = [runner.invoke(args=["keys", "create", "test", *more]).stdout.strip() for more in ([], limit)]
    with ExitStack() as stack:
        redis = stack.enter_context(running_redis())
        servers = []
        for name in ("first", "second"):
            (folder / name).mkdir()
            settings = {
                "BRIEFS_RATE_LIMIT": f"{LIMIT}/hour",
                "BRIEFS_RATE_LIMIT_STORAGE": redis.url,
                "BRIEFS_WORKERS": "2",
            }
            running = running_gunicorn(url, folder / name, application="wsgi:app", root=ROOT, **settings)
            servers.append(stack.enter_context(running))
        yield Service(servers, redis, keys)


def test_four_processes_share_the_limits_of_two_keys_to_within_one_request(service: Service) -> None:
    admitted: Counter[str] = Counter()

    def send(number: int) -> None:
        """Send requests with both keys to server `number % 2` until each key was refused 30 times.

        A new connection is opened after every 40 requests.
        """
        server, refused = service.servers[number % 2], Counter[str]()
        while min(refused[key] for key in service.keys) < 30:
            connection = server.connect()
            for each in range(40):
                key = service.keys[each % 2]
                connection.request("GET", TARGET, headers={"X-API-Key": key})
                response = connection.getresponse()
                response.read()
                assert response.status in (200, 429)
                admitted[key] += response.status == 200
                refused[key] += response.status == 429
            connection.close()

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(send, range(CONNECTIONS)))
    first, second = (admitted[key] for key in service.keys)
    assert LIMIT - 1 <= first <= LIMIT
    assert KEY_LIMIT - 1 <= second <= KEY_LIMIT


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed (on Debian: nginx-light)")
def test_nginx_passes_keys_on_and_shows_nobody_the_quota_of_another_client(
    service: Service, tmp_path: Path
) -> None:
    with running_nginx(service.servers[:1], tmp_path) as nginx:
        missed, hit = cached_pair(nginx)
        assert missed.headers["RateLimit"]
        assert missed.headers.get_all("RateLimit-Policy") == [f'"default";q={LIMIT};w=3600']
        assert hit.headers["RateLimit"] is hit.headers["RateLimit-Policy"] is None
        assert hit.body == missed.body
        # A request with a key reaches the service, even if nginx has the response.
        assert nginx.get(TARGET, X_API_Key="wrong").status == 401
        for _ in range(2):
            keyed = nginx.get(TARGET, X_API_Key=service.keys[1])
            assert keyed.headers["RateLimit-Policy"] == f'"key";q={KEY_LIMIT};w=3600'
            assert keyed.headers["X-Cache-Status"] is None


def cached_pair(nginx: Server) -> tuple[Answer, Answer]:
    """Return a response that nginx fetched from the service, and the same response from its cache.

    Repeat both requests until they are in the same second, because the cache entry expires at the next one.
    """
    for _ in range(20):
        first, second = nginx.get(TARGET), nginx.get(TARGET)
        statuses = [each.headers["X-Cache-Status"] for each in (first, second)]
        if statuses == ["MISS", "HIT"]:
            return first, second
        time.sleep(1)
    raise AssertionError("nginx cached nothing")


# The last test, since workers ask Redis again only some seconds after its failure.
def test_requests_are_answered_within_a_second_while_redis_is_silent_or_gone(service: Service) -> None:
    def slowest() -> float:
        durations = []
        for number in range(60):
            started = time.monotonic()
            assert service.servers[number % 2].get(TARGET).status == 200
            durations.append(time.monotonic() - started)
        return max(durations)

    server, redis = service.servers[0], service.redis
    assert server.get(TARGET).headers["RateLimit"]
    redis.signal(signal.SIGSTOP)
    assert slowest() < 1
    redis.signal(signal.SIGCONT)
    redis.kill()
    assert slowest() < 1
    assert server.get("/readyz").status == 200
    redis.start()
    server.wait_until("limits again", lambda: server.get(TARGET).headers["RateLimit"] is not None)
    warning = "requests are not limited, since Redis does not answer"
    server.wait_until("the warning", lambda: any(warning in line for line in server.lines))
    assert all(key not in line for key in service.keys for line in server.lines)
