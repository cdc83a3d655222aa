"""Logging in: by the access token or password that the operator gave, and again when a token runs out."""

import secrets
import string
from typing import Any

from bot.errors import ConfigError, Gone, Revoked, Unavailable
from bot.platforms.matrix.connection.login_file import Login, LoginFile, known_secret
from bot.platforms.matrix.connection.paths import v3
from bot.platforms.matrix.connection.refusals import Refused, refusal
from bot.platforms.matrix.connection.transport import Answer, Transport
from bot.platforms.matrix.options import Options

_ALPHABET = string.ascii_uppercase + string.digits


class Logins:
    """Makes a login of one account and renews it."""

    def __init__(self, options: Options, transport: Transport) -> None:
        self._options, self._transport = options, transport
        self._file = LoginFile(options.folder)
        if options.token is None and options.password is None:
            raise ConfigError(
                f"nothing to log in with as {options.user}: set FOLKMOOT_MATRIX_TOKEN or FOLKMOOT_MATRIX_PASSWORD"
            )
        for secret in (options.token, options.password, options.admin_token):
            if secret is not None:
                known_secret(secret.get_secret_value())

    async def begin(self) -> Login:
        """Log in, or take up the login of an earlier run.

        Raises:
            ConfigError: what the operator gave cannot be used. Revoked: it no longer can.
            Unavailable, RateLimited: try again later.
        """
        await self._require_homeserver()
        if self._options.token is not None:
            return await self._confirmed(Login(self._options.user, "", self._options.token))
        kept = self._file.read()
        if kept is not None and kept.user != self._options.user:
            raise ConfigError(
                f"{self._file.path} is the login of {kept.user}, not of {self._options.user}: "
                "each account needs a folder of its own"
            )
        if kept is not None and kept.token is not None:
            return await self._confirmed(kept)
        return await self._by_password(kept.device if kept else _new_device())

    async def renew(self, login: Login, *, soft: bool) -> Login:
        """A login with a new token in place of one that ran out; the same device. `soft`: the device is kept.

        Raises:
            Revoked: there is no way to get one. Unavailable, RateLimited: try again later.
        """
        if soft and login.refresh is not None:
            refreshed = await self._refreshed(login)
            if refreshed is not None:
                return refreshed
        if soft and self._options.token is None:
            return await self._by_password_again(login)
        raise self.revoked(login)

    def revoked(self, login: Login) -> Revoked:
        """What the operator is told when a login is void."""
        user = self._options.user
        if self._options.token is not None:
            return Revoked(
                f"the homeserver no longer takes the access token of {user}: make a new one and set "
                "FOLKMOOT_MATRIX_TOKEN (a new login is a new device: it cannot read encrypted messages sent before)"
            )
        return Revoked(
            f"the homeserver has ended the login of {user} on device {login.device}: if that was not meant to be, look "
            f"who did it; to log in anew, remove {self._file.path} (a new login is a new device: it cannot read "
            "encrypted messages sent before)"
        )

    async def _require_homeserver(self) -> None:
        answer = await self._transport.request("GET", "/_matrix/client/versions")
        if answer.good and answer.content and isinstance(answer.content.get("versions"), list):
            return
        if answer.moved_to is not None and answer.moved_to != self._transport.host:
            raise ConfigError(f"the homeserver's address leads on to {answer.moved_to}: set the address it has there")
        error = refusal(answer.status, answer.content or {}, answer.retry_after)
        if isinstance(error, Refused | Gone) or answer.status < 400:  # noqa: PLR2004 - HTTP's own number
            raise ConfigError(
                f"{self._options.homeserver} answers, but is no Matrix homeserver: look at "
                "/.well-known/matrix/client of the server in the bot's user id for the right address"
            ) from error
        raise error

    async def _confirmed(self, login: Login) -> Login:
        """The login as the homeserver knows it; renewed if its token has run out."""
        token = login.token.get_secret_value() if login.token else None
        answer = await self._transport.request("GET", v3("account", "whoami"), token=token)
        if not answer.good or answer.content is None:
            error = refusal(answer.status, answer.content, answer.retry_after)
            if is_unknown_token(answer):
                return await self.renew(login, soft=is_soft(answer))
            raise error
        user, device = answer.content.get("user_id"), answer.content.get("device_id")
        if user != self._options.user:
            raise ConfigError(
                f"the access token belongs to another account than {self._options.user}: "
                "correct the user, or give a token of this one"
            )
        if not isinstance(device, str) and self._options.encryption:
            raise ConfigError(
                "the access token belongs to no device, and without one there are no keys: make a token by logging in, "
                "or turn encryption off"
            )
        return Login(self._options.user, device if isinstance(device, str) else "", login.token, login.refresh)

    async def _by_password(self, device: str) -> Login:
        if self._options.password is None:
            raise ConfigError(f"nothing to log in with as {self._options.user}")
        # Known before the homeserver makes it, so that a crash in between leaves no device behind that nobody uses.
        self._file.write(Login(self._options.user, device))
        answer = await self._transport.request(
            "POST",
            v3("login"),
            body={
                "type": "m.login.password",
                "identifier": {"type": "m.id.user", "user": self._options.user},
                "password": self._options.password.get_secret_value(),
                "device_id": device,
                "initial_device_display_name": self._options.device_name,
                "refresh_token": True,
            },
        )
        if not answer.good or answer.content is None:
            raise self._login_error(answer)
        login = _login_from(answer.content)
        if login.user != self._options.user:
            raise ConfigError(f"the homeserver logged the bot in as another account than {self._options.user}")
        self._file.write(login)
        return login

    async def _by_password_again(self, login: Login) -> Login:
        try:
            return await self._by_password(login.device)
        except ConfigError as error:
            raise self.revoked(login) from error

    def _login_error(self, answer: Answer) -> Exception:
        error = refusal(answer.status, answer.content, answer.retry_after)
        if isinstance(error, Revoked):
            return ConfigError(f"{self._options.user} cannot log in: {error}")
        if isinstance(error, Refused) and error.errcode == "M_FORBIDDEN":
            return ConfigError(
                f"the homeserver refuses the password of {self._options.user}: check the user and "
                "FOLKMOOT_MATRIX_PASSWORD"
            )
        if isinstance(error, Refused | Gone):
            return ConfigError(f"the homeserver takes no passwords ({error}): make a token, set FOLKMOOT_MATRIX_TOKEN")
        return error

    async def _refreshed(self, login: Login) -> Login | None:
        """None: the homeserver takes the refresh token no longer."""
        assert login.refresh is not None
        answer = await self._transport.request(
            "POST", v3("refresh"), body={"refresh_token": login.refresh.get_secret_value()}
        )
        token = answer.content.get("access_token") if answer.good and answer.content else None
        if not isinstance(token, str) or answer.content is None:
            error = refusal(answer.status, answer.content, answer.retry_after)
            if isinstance(error, Refused | Revoked | Gone):
                return None
            raise error
        following = answer.content.get("refresh_token")
        new = Login(
            login.user,
            login.device,
            known_secret(token),
            known_secret(following) if isinstance(following, str) else login.refresh,
        )
        # Kept before it is used: with its first use the homeserver forgets the old one.
        self._file.write(new)
        return new


def is_unknown_token(answer: Answer) -> bool:
    return not answer.good and (answer.content or {}).get("errcode") == "M_UNKNOWN_TOKEN"


def is_soft(answer: Answer) -> bool:
    """Whether only the token ran out: the device and its keys are still there."""
    return (answer.content or {}).get("soft_logout") is True


def _login_from(content: dict[str, Any]) -> Login:
    user, device, token = (content.get(key) for key in ("user_id", "device_id", "access_token"))
    refresh = content.get("refresh_token")
    if not isinstance(user, str) or not isinstance(device, str) or not isinstance(token, str):
        raise Unavailable("the homeserver's answer to the login makes no sense")
    return Login(user, device, known_secret(token), known_secret(refresh) if isinstance(refresh, str) else None)


def _new_device() -> str:
    return "FOLKMOOT" + "".join(secrets.choice(_ALPHABET) for _ in range(8))
