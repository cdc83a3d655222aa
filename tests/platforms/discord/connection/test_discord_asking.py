"""Single questions over a real socket: what is sent, and what each answer means."""

import json

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.errors import ConfigError, Forbidden, Gone, PlatformError, RateLimited, Revoked, Unavailable
from bot.platforms.discord.connection.asking import asking

TOKEN = SecretStr("MTA5.abc.hush")


@pytest.fixture
async def server():
    """Answers everything with `answer`; keeps what it was asked."""

    class Server:
        def __init__(self):
            self.asked, self.answer = [], (200, b"{}", {})

        async def handle(self, request):
            self.asked.append((request.method, request.path_qs, request.headers))
            status, body, headers = self.answer
            return web.Response(status=status, body=body, headers=headers)

    one = Server()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", one.handle)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    one.port = runner.addresses[0][1]
    yield one
    await runner.cleanup()


def there(server):
    return asking(TOKEN, f"http://127.0.0.1:{server.port}/api/v10")


async def test_what_is_asked(server):
    server.answer = 200, b'[{"id": "1"}]', {"Date": "Sun, 01 Mar 2026 12:00:00 GMT"}
    async with there(server) as discord:
        assert await discord.ask("guilds", 7, "members", limit=1000, after=0) == [{"id": "1"}]
        assert discord.date.isoformat() == "2026-03-01T12:00:00+00:00"
        await discord.ask("users", "@me")
    (method, path, headers), (_, own, _) = server.asked
    assert (method, path) == ("GET", "/api/v10/guilds/7/members?limit=1000&after=0")
    assert own == "/api/v10/users/@me"
    assert headers["Authorization"] == "Bot MTA5.abc.hush"
    assert headers["User-Agent"].startswith("DiscordBot (")


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, {"message": "401: Unauthorized", "code": 0}, Revoked),
        (403, {"message": "Missing Access", "code": 50001}, Forbidden),
        (403, None, Unavailable),  # Cloudflare, which answers in HTML
        (404, {"message": "Unknown Channel", "code": 10003}, Gone),
        (429, {"retry_after": 7.5}, RateLimited),
        (429, None, RateLimited),
        (400, {"message": "hush", "code": 50035}, PlatformError),
        (502, None, Unavailable),
        (503, {}, Unavailable),
        (302, None, PlatformError),
        (200, None, PlatformError),
    ],
)
async def test_what_each_answer_means(server, status, body, error):
    server.answer = status, b"<html>hush" if body is None else json.dumps(body).encode(), {"Location": "http://other/"}
    async with there(server) as discord:
        with pytest.raises(error) as refused:
            await discord.ask("channels", 1)
    assert "hush" not in str(refused.value)
    assert len(server.asked) == 1
    if body == {"retry_after": 7.5}:
        assert refused.value.retry_after == 7.5


async def test_nobody_there_is_passing_trouble(unused_tcp_port):
    async with asking(TOKEN, f"http://127.0.0.1:{unused_tcp_port}/api/v10") as discord:
        with pytest.raises(Unavailable, match="cannot be reached"):
            await discord.ask("users", "@me")


async def test_an_address_that_is_none():
    with pytest.raises(ConfigError, match="api_base"):
        async with asking(TOKEN, "http://127.0.0.1:port/api"):
            pass
