"""The homeserver, its clock, the bot's login: what must work before anything else can be looked at."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from bot.errors import ConfigError, Gone, PlatformError, RateLimited, Revoked, Unavailable
from bot.platforms.found import Found, later, mend, note, ok
from bot.platforms.matrix.connection.asking import Asking
from bot.platforms.matrix.connection.login_file import Login, LoginFile
from bot.platforms.matrix.connection.paths import v3
from bot.platforms.matrix.options import Options

VERSIONS = "/_matrix/client/versions"
_SLACK = timedelta(seconds=60)
_OTHERS = 0o077
_SHOWN = 6


async def homeserver_found(homeserver: Asking, address: str, now: datetime) -> list[Found]:
    """Whether it answers and what it can do; the last one is no `ok` if nothing else can be looked at."""
    try:
        told = await homeserver.ask("GET", VERSIONS)
    except (Unavailable, RateLimited) as error:
        return [later("homeserver", f"{address}: {error}; the rest is looked at once it answers")]
    except PlatformError:
        told = {}
    versions = told.get("versions")
    if not isinstance(versions, list) or not versions:
        return [
            mend(
                "homeserver",
                f"{address} is no homeserver's address: https://SERVER/.well-known/matrix/client names the right one",
            )
        ]
    features = told.get("unstable_features")
    on = sorted(name for name, there in features.items() if there is True) if isinstance(features, dict) else []
    more = f", and {len(on) - _SHOWN} more" if len(on) > _SHOWN else ""
    listed = f"; unstable features: {', '.join(on[:_SHOWN])}{more}" if on else ""
    return [_clock(homeserver.date, now), ok("homeserver", f"{address} answers; Matrix up to {versions[-1]}{listed}")]


def _clock(theirs: datetime | None, now: datetime) -> Found:
    if theirs is None:
        return note("clocks", "the homeserver does not say what time it is")
    ahead = theirs - now
    seconds = abs(ahead.total_seconds())
    if abs(ahead) <= _SLACK:
        return ok("clocks", "the homeserver's and this machine's agree")
    which = "ahead of" if ahead > timedelta() else "behind"
    return mend(
        "clocks", f"the homeserver is {seconds:.0f} s {which} this machine: set the clock of whichever is wrong"
    )


def folder_found(folder: Path) -> list[Found]:
    """Whether others can open what lies in the platform's folder.

    Raises:
        ConfigError: whoever asks cannot open it.
    """
    try:
        if not folder.exists():
            return []
        exposed = [path for path in (folder, *sorted(folder.iterdir())) if path.stat().st_mode & _OTHERS]
    except OSError as error:
        raise ConfigError(
            f"{folder} cannot be looked at ({error.strerror}): run `folkmoot doctor` as the bot's own user"
        ) from error
    if exposed:
        return [mend("matrix folder", f"others can open {exposed[0]}; `chmod -R go= {folder}` shuts them out")]
    return [ok("matrix folder", f"{folder}, for the bot's user alone; back it up with the store, see docs/matrix.md")]


class Entry:
    """The account as somebody who may ask: a token and its device, or why there is none.

    Attributes:
        found: what to say of it.
        token: None: the rest cannot be looked at.
        device: of the bot's own login; None where only its password could be tried.
    """

    def __init__(self, found: list[Found], token: SecretStr | None = None, device: str | None = None) -> None:
        self.found, self.token, self.device = found, token, device


@asynccontextmanager
async def entry(homeserver: Asking, options: Options) -> AsyncIterator[Entry]:
    """The bot's own login is used, and never renewed here; where there is none that works, the password is tried.

    That makes a login of its own, ended when the block ends.
    """
    try:
        kept = _kept(options)
    except ConfigError as error:
        yield Entry([mend("login", str(error))])
        return
    found = await _as_kept(homeserver, options, kept) if kept is not None else None
    if found is not None:
        yield found
        return
    tried = await _by_password(homeserver, options)
    try:
        yield tried if kept is None or tried.token is None else await _beside(homeserver, options, kept, tried.token)
    finally:
        if tried.token is not None:
            with suppress(PlatformError):
                await homeserver.ask("POST", v3("logout"), {}, token=tried.token)


def _kept(options: Options) -> Login | None:
    if options.token is not None:
        return Login(options.user, "", options.token)
    file = LoginFile(options.folder)
    kept = file.read() if file.path.exists() else None
    return kept if kept is not None and kept.token is not None else None


async def _as_kept(homeserver: Asking, options: Options, login: Login) -> Entry | None:
    """None: the token is not taken, and there is a password to look further with."""
    try:
        told = await homeserver.ask("GET", v3("account", "whoami"), token=login.token)
    except Revoked:
        return _ended_token(options) if options.token is not None else None
    except PlatformError as error:
        return Entry([later("login", f"it could not be tried: {error}")])
    user, device = told.get("user_id"), told.get("device_id")
    if user != options.user:
        return Entry(
            [mend("login", f"it is another account's, not {options.user}'s: correct [matrix] user or the token")]
        )
    if not isinstance(device, str):
        return Entry([mend("login", "the access token belongs to no device: make one by logging in")], login.token)
    return Entry([ok("login", f"{options.user} on device {device}")], login.token, device)


def _ended_token(options: Options) -> Entry:
    return Entry(
        [
            mend(
                "login",
                f"the homeserver does not take the access token of {options.user}: make a new one and set "
                "FOLKMOOT_MATRIX_TOKEN (or the file that FOLKMOOT_MATRIX_TOKEN_FILE names)",
            )
        ]
    )


async def _beside(homeserver: Asking, options: Options, login: Login, token: SecretStr) -> Entry:
    """The bot's own token is not taken: it has run out, as it does while the bot is stopped, or the device is gone."""
    try:
        await homeserver.ask("GET", v3("devices", login.device), token=token)
    except Gone:
        return Entry(
            [
                mend(
                    "login",
                    f"the homeserver has ended the bot's login on device {login.device}: if nobody meant to, find out "
                    f"who did; to log in anew, move {LoginFile(options.folder).path} away (encrypted messages sent "
                    "before stay unreadable)",
                )
            ],
            token,
        )
    except PlatformError as error:
        return Entry([later("login", f"it could not be tried: {error}")])
    words = f"{options.user} on device {login.device}; its token has run out and is renewed when the bot runs"
    return Entry([ok("login", words)], token, login.device)


async def _by_password(homeserver: Asking, options: Options) -> Entry:
    assert options.password is not None, "one of the two secrets is given"
    body = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": options.user},
        "password": options.password.get_secret_value(),
        "initial_device_display_name": f"{options.device_name}: doctor",
    }
    try:
        told = await homeserver.ask("POST", v3("login"), body)
    except (Unavailable, RateLimited) as error:
        return Entry([later("login", f"it could not be tried: {error}")])
    except (Revoked, Gone, PlatformError) as error:
        return Entry(
            [mend("login", f"{options.user} cannot log in with FOLKMOOT_MATRIX_PASSWORD: {error}; try it in Element")]
        )
    token = told.get("access_token")
    if not isinstance(token, str) or told.get("user_id") != options.user:
        return Entry([mend("login", f"the homeserver logged in another account than {options.user}")])
    return Entry([ok("login", f"{options.user} can log in; its device is made at the first start")], SecretStr(token))
