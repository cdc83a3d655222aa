"""Requests of an account: what comes back as what error, and how a login goes on when its token runs out."""

import asyncio
import json
import stat

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot import log
from bot.egress.guard import guarding
from bot.errors import ConfigError, EgressRefused, Gone, RateLimited, Revoked, StorageError, Unavailable
from bot.platforms.matrix.connection import transport
from bot.platforms.matrix.connection.homeserver import Homeserver
from bot.platforms.matrix.connection.paths import v3
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.options import Options
from tests.platforms.matrix.connection.imitation import Imitation
from tests.platforms.matrix.homeserver.synapse import PASSWORD, free_port, started

WHO = v3("account", "whoami")
SOFT = (401, {"errcode": "M_UNKNOWN_TOKEN", "soft_logout": True})
HARD = (401, {"errcode": "M_UNKNOWN_TOKEN"})


@pytest.fixture(autouse=True)
def _secrets_of_this_test(monkeypatch):
    """What tests give away as secrets are plain words, which other tests' logs show."""
    monkeypatch.setattr(log, "_secrets", set())


@pytest.fixture
async def server():
    async with Imitation() as made:
        yield made


@pytest.fixture
async def connected(tmp_path):
    """Makes logged-in connections and closes them."""
    made = []

    async def of(url, user="@bot:test", **options):
        options = {"folder": tmp_path / "bot"} | options
        if "password" not in options:
            options.setdefault("token", "given token")
        secret = {name: SecretStr(options.pop(name)) for name in ("token", "password") if name in options}
        made.append(Homeserver(Options(homeserver=url, user=user, **options, **secret)))
        await made[-1].log_in()
        return made[-1]

    yield of
    for one in made:
        await one.aclose()


# --- errors -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 2500}), RateLimited),
        ((502, {}), Unavailable),
        ((404, {"errcode": "M_NOT_FOUND"}), Gone),
        ((403, {"errcode": "M_FORBIDDEN", "error": "words"}), Refused),
        ((200, ["no", "object"]), Unavailable),
        (web.Response(text="<h1>Bad gateway</h1>", status=502), Unavailable),
        (web.Response(text="<h1>Welcome</h1>"), Unavailable),
        (web.Response(text="<h1>Too much</h1>", status=413), Refused),
        (web.Response(text="404 page not found", status=404), Unavailable),
        (web.Response(text="<h1>Bad request</h1>", status=400), Unavailable),
        (web.Response(status=302, headers={"Location": "http://elsewhere.example/"}), Unavailable),
    ],
)
async def test_what_is_no_success_is_an_error_of_ours(server, connected, answer, error):
    server.answers["/thing"] = lambda *_: answer
    homeserver = await connected(server.url)
    with pytest.raises(error) as raised:
        await homeserver.call("GET", v3("thing"))
    assert "words" not in str(raised.value)


async def test_limits_of_size_and_time(server, connected, monkeypatch):
    monkeypatch.setattr(transport, "_MOST_BYTES", 100)
    server.answers["/large"] = lambda *_: {"much": "x" * 200}
    server.answers["/whole"] = lambda *_: {"much": "x" * 50}
    homeserver = await connected(server.url)
    with pytest.raises(Unavailable, match="more than"):
        await homeserver.call("GET", v3("large"))
    assert await homeserver.call("GET", v3("whole"))
    with pytest.raises(Unavailable, match="did not answer"):
        await homeserver.call("GET", v3("whole"), patience=1e-6)


async def test_bodies_queries_and_another_accounts_token(server, connected):
    server.answers["/thing"] = lambda request, body: {"query": dict(request.query), "body": body}
    homeserver = await connected(server.url)
    path = v3("rooms", "!a/b:c%", "thing")
    answer = await homeserver.call("PUT", path, {"ä": 1}, query={"q": "&ü /"}, token=SecretStr("admin's"))
    assert answer == {"query": {"q": "&ü /"}, "body": {"ä": 1}}
    assert server.asked[-1] == ("PUT", "/_matrix/client/v3/rooms/!a/b:c%/thing", {"ä": 1}, "admin's")
    await homeserver.call("POST", v3("thing"), b'{"bytes": 1}')
    assert server.asked[-1][2:] == ({"bytes": 1}, "given token")


async def test_another_accounts_void_token_does_not_touch_the_login(server, connected):
    server.answers["/thing"] = lambda request, _: HARD if "admin" in request.headers["Authorization"] else {}
    homeserver = await connected(server.url)
    with pytest.raises(Revoked):
        await homeserver.call("GET", v3("thing"), token=SecretStr("admin's"))
    assert await homeserver.call("GET", v3("thing")) == {}


# --- the first login --------------------------------------------------------------------------------------------


async def test_nobody_there_is_passing_trouble_and_the_next_try_finds_it(tmp_path):
    port = free_port()
    options = Options(f"http://127.0.0.1:{port}", "@bot:test", tmp_path, token=SecretStr("token"))
    homeserver = Homeserver(options)
    with pytest.raises(Unavailable):
        await homeserver.log_in()
    with pytest.raises(Unavailable):
        await homeserver.call("GET", WHO)
    await homeserver.aclose()


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (web.Response(text="<h1>A fine web site</h1>"), ConfigError, "no Matrix homeserver"),
        ((404, {}), ConfigError, "no Matrix homeserver"),
        (web.Response(status=301, headers={"Location": "https://other.example/x"}), ConfigError, "other.example"),
        (web.Response(text="later", status=503), Unavailable, "trouble"),
        ((429, {"retry_after_ms": 1}), RateLimited, "rate limited"),
    ],
)
async def test_what_is_no_homeserver(server, connected, answer, error, words):
    server.answers["/versions"] = lambda *_: answer
    with pytest.raises(error, match=words):
        await connected(server.url)


@pytest.mark.parametrize("address", ["", "matrix.example.org", "ftp://x.example", "https://", "https://a:b@c.example"])
def test_what_is_no_address(tmp_path, address):
    with pytest.raises(ConfigError):
        Homeserver(Options(address, "@bot:test", tmp_path, token=SecretStr("token")))


async def test_a_token_of_somebody_else_of_nobody_and_of_no_device(server, connected):
    server.answers["/whoami"] = lambda *_: {"user_id": "@other:test", "device_id": "DEVICE"}
    with pytest.raises(ConfigError, match="another account"):
        await connected(server.url)
    server.answers["/whoami"] = lambda *_: HARD
    with pytest.raises(Revoked, match="FOLKMOOT_MATRIX_TOKEN"):
        await connected(server.url)
    server.answers["/whoami"] = lambda *_: {"user_id": "@bot:test"}
    with pytest.raises(ConfigError, match="no device"):
        await connected(server.url)
    assert (await connected(server.url, encryption=False)).device == ""


async def test_a_password_that_is_wrong_or_not_taken(server, connected):
    server.answers["/login"] = lambda *_: (403, {"errcode": "M_FORBIDDEN"})
    with pytest.raises(ConfigError, match="FOLKMOOT_MATRIX_PASSWORD"):
        await connected(server.url, password="wrong")
    server.answers["/login"] = lambda *_: (400, {"errcode": "M_UNKNOWN"})
    with pytest.raises(ConfigError, match="no passwords"):
        await connected(server.url, password="wrong")
    server.answers["/login"] = lambda *_: (429, {"retry_after_ms": 7000})
    with pytest.raises(RateLimited):
        await connected(server.url, password="wrong")
    devices = {body["device_id"] for _, path, body, _ in server.asked if path.endswith("/login")}
    assert len(devices) == 1


def test_nothing_to_log_in_with(tmp_path):
    with pytest.raises(ConfigError, match="FOLKMOOT_MATRIX_TOKEN"):
        Homeserver(Options("http://localhost", "@bot:test", tmp_path))


# --- tokens that run out ----------------------------------------------------------------------------------------


class Tokens:
    """Tokens of a server that makes each void when the test says so."""

    def __init__(self, server, *, refreshes=True):
        self.valid, self.number, self.refreshes = set(), 0, refreshes
        self.file = self.device = None
        server.answers |= {"/login": self._login, "/refresh": self._refresh, "/thing": self._thing}
        server.answers["/whoami"] = lambda request, _: self._checked(
            request, {"user_id": "@bot:test", "device_id": self.device}
        )

    def _new(self):
        self.number += 1
        self.valid = {f"token {self.number}"}
        return {"access_token": f"token {self.number}"} | (
            {"refresh_token": f"refresh {self.number}"} if self.refreshes else {}
        )

    def _login(self, _, body):
        self.device = body["device_id"]
        return {"user_id": "@bot:test", "device_id": self.device, **self._new()}

    def _refresh(self, _, body):
        if body["refresh_token"] != f"refresh {self.number}":
            return HARD
        return self._new()

    def _checked(self, request, answer):
        return answer if request.headers.get("Authorization", "").removeprefix("Bearer ") in self.valid else SOFT

    def _thing(self, request, _):
        if self.file is not None and self.valid:
            kept = json.loads(self.file.read_text())["access_token"]
            assert kept in self.valid, "used before it was kept"
        return self._checked(request, {"fine": True})


async def test_many_requests_that_fail_at_once_refresh_once(server, connected, tmp_path):
    tokens = Tokens(server)
    homeserver = await connected(server.url, password="secret")
    tokens.file = tmp_path / "bot" / "login.json"
    tokens.valid.clear()
    answers = await asyncio.gather(*(homeserver.call("GET", v3("thing")) for _ in range(10)))
    assert answers == [{"fine": True}] * 10
    assert (server.paths("/refresh"), server.paths("/login")) == (1, 1)
    again = await connected(server.url, password="secret")
    assert again.device == homeserver.device
    assert server.paths("/login") == 1
    assert stat.S_IMODE(tokens.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(tokens.file.parent.stat().st_mode) == 0o700
    assert log.masked("token 2, refresh 2, secret") == "********, ********, ********"


async def test_a_refresh_token_that_is_void_means_the_password_and_the_same_device(server, connected):
    tokens = Tokens(server)
    homeserver = await connected(server.url, password="secret")
    device = homeserver.device
    tokens.valid.clear()
    tokens.number += 5
    assert await homeserver.call("GET", v3("thing")) == {"fine": True}
    logins = [body for _, path, body, _ in server.asked if path.endswith("/login")]
    assert [login["device_id"] for login in logins] == [device, device]


async def test_a_proxy_that_does_not_find_the_homeserver_ends_no_login(server, connected):
    server.answers["/whoami"] = lambda *_: web.Response(text="404 page not found", status=404)
    with pytest.raises(Unavailable):
        await connected(server.url)


async def test_trouble_while_refreshing_is_passing(server, connected):
    tokens = Tokens(server)
    homeserver = await connected(server.url, password="secret")
    tokens.valid.clear()
    server.answers["/refresh"] = lambda *_: (502, {})
    with pytest.raises(Unavailable):
        await homeserver.call("GET", v3("thing"))
    server.answers["/refresh"] = tokens._refresh
    assert await homeserver.call("GET", v3("thing")) == {"fine": True}
    assert server.paths("/login") == 1


async def test_a_login_that_cannot_be_kept_is_not_used(server, connected, tmp_path, monkeypatch):
    tokens = Tokens(server)
    homeserver = await connected(server.url, password="secret")
    tokens.valid.clear()

    def full(*_):
        raise StorageError

    with monkeypatch.context() as patch:
        patch.setattr("bot.platforms.matrix.connection.login_file.write_private", full)
        with pytest.raises(Unavailable):
            await homeserver.call("GET", v3("thing"))
    assert server.paths("/refresh") == 1


@pytest.mark.parametrize("how", ["token", "password"])
async def test_an_ended_login_is_told_once_and_for_all(server, connected, how):
    Tokens(server, refreshes=False)
    server.answers["/whoami"] = lambda *_: {"user_id": "@bot:test", "device_id": "D"}
    server.answers["/thing"] = lambda *_: HARD
    homeserver = await connected(server.url, **{how: "given"})
    for _ in range(2):
        with pytest.raises(Revoked, match=r"FOLKMOOT_MATRIX_TOKEN|login\.json"):
            await homeserver.call("GET", v3("thing"))
    assert server.paths("/login") == (how == "password")


async def test_a_token_that_ran_out_cannot_be_renewed_without_a_password(server, connected):
    homeserver = await connected(server.url)
    server.answers["/thing"] = lambda *_: SOFT
    with pytest.raises(Revoked, match="make a new one and set FOLKMOOT_MATRIX_TOKEN"):
        await homeserver.call("GET", v3("thing"))


async def test_a_changed_password_ends_it(server, connected):
    tokens = Tokens(server, refreshes=False)
    homeserver = await connected(server.url, password="secret")
    tokens.valid.clear()
    server.answers["/login"] = lambda *_: (403, {"errcode": "M_FORBIDDEN"})
    with pytest.raises(Revoked):
        await homeserver.call("GET", v3("thing"))


async def test_a_renewed_token_that_is_void_at_once_ends_in_an_error(server, connected):
    Tokens(server)
    homeserver = await connected(server.url, password="secret")
    server.answers["/thing"] = lambda *_: SOFT
    with pytest.raises(Revoked):
        await homeserver.call("GET", v3("thing"))
    assert server.paths("/thing") == 2


# --- the file of the login --------------------------------------------------------------------------------------


async def test_a_login_of_another_account_and_one_that_makes_no_sense(server, connected, tmp_path):
    Tokens(server)
    await connected(server.url, password="secret")
    with pytest.raises(ConfigError, match="a folder of its own"):
        await connected(server.url, user="@second:test", password="secret")
    file = tmp_path / "bot" / "login.json"
    file.chmod(0o644)
    await connected(server.url, password="secret")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for nonsense in ("", "[]", '{"user": 1}', '{"user": "@bot:test", "device": "D", "access_token": 5}'):
        file.write_text(nonsense)
        with pytest.raises(ConfigError, match="cannot be read"):
            await connected(server.url, password="secret")


# --- a real one -------------------------------------------------------------------------------------------------


async def test_synapse_by_password_by_token_and_after_a_logout(synapse, people, connected, tmp_path):
    account = synapse.register("folkmoot")
    first = await connected(synapse.url, account.user, password=PASSWORD)
    second = await connected(synapse.url, account.user, password=PASSWORD)
    assert first.device == second.device != ""
    by_token = await connected(synapse.url, account.user, token=account.token, folder=tmp_path / "other")
    assert by_token.device == account.device
    await second.call("POST", v3("logout"))
    with pytest.raises(Revoked, match=r"login\.json"):
        await first.call("GET", WHO)
    await by_token.call("POST", v3("logout", "all"))
    with pytest.raises(Revoked, match="FOLKMOOT_MATRIX_TOKEN"):
        await by_token.call("GET", WHO)
    with pytest.raises(ConfigError, match="FOLKMOOT_MATRIX_PASSWORD"):
        await connected(synapse.url, account.user, password="wrong", folder=tmp_path / "third")


async def test_synapse_lets_a_token_run_out_and_refreshes_it(connected):
    short = {"refreshable_access_token_lifetime": "1s", "session_lifetime": "24h"}
    with started(more=short) as server:
        account = server.register("folkmoot")
        homeserver = await connected(server.url, account.user, password=PASSWORD)
        device, first = homeserver.device, homeserver._login.token
        while homeserver._login.token == first:
            assert (await homeserver.call("GET", WHO))["device_id"] == device
        # The answer to a refresh was lost with the process: what the file holds still opens.
        await homeserver.call("POST", v3("refresh"), {"refresh_token": homeserver._login.refresh.get_secret_value()})
        last = homeserver._login.token
        while homeserver._login.token == last:
            assert (await homeserver.call("GET", WHO))["device_id"] == device


async def test_a_host_that_nobody_declared_is_refused(tmp_path):
    homeserver = Homeserver(Options("http://undeclared.example", "@bot:test", tmp_path, token=SecretStr("x")))
    with guarding([]), pytest.raises(EgressRefused):
        await homeserver.log_in()
    await homeserver.aclose()
