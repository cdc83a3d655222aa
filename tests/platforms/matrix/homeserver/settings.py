"""The smallest homeserver.yaml that a Synapse for tests needs, without an extra start to generate it."""

import json
from base64 import b64encode
from pathlib import Path
from secrets import token_bytes
from typing import Any

_FREE = {"per_second": 100_000, "burst_count": 100_000}
_RATES: dict[str, Any] = {
    "rc_message": _FREE,
    "rc_registration": _FREE,
    "rc_registration_token_validity": _FREE,
    "rc_login": {"address": _FREE, "account": _FREE, "failed_attempts": _FREE},
    "rc_admin_redaction": _FREE,
    "rc_joins": {"local": _FREE, "remote": _FREE},
    "rc_joins_per_room": _FREE,
    "rc_invites": {"per_room": _FREE, "per_user": _FREE, "per_issuer": _FREE},
    "rc_third_party_invite": _FREE,
    "rc_key_requests": _FREE,
    "rc_3pid_validation": _FREE,
    "rc_media_create": _FREE,
    "rc_room_creation": _FREE,
    "rc_reports": _FREE,
    "rc_user_directory": _FREE,
    "rc_profile": _FREE,
    "rc_presence": {"per_user": _FREE},
    "rc_delayed_event_mgmt": _FREE,
}


def write_settings(
    folder: Path, port: int, name: str, secret: str, *, limited: bool, more: dict[str, Any] | None = None
) -> Path:
    """Write everything into the folder; gives the configuration's path.

    Args:
        limited: keep Synapse's own rate limits.
        more: settings on top, such as those of a federation.
    """
    key = b64encode(token_bytes(32)).decode().rstrip("=")
    (folder / "signing.key").write_text(f"ed25519 a_test {key}\n")
    (folder / "log.yaml").write_text(json.dumps(_log(folder / "homeserver.log")))
    settings = {
        "server_name": name,
        "public_baseurl": f"http://127.0.0.1:{port}/",
        "listeners": [listener(port, "client")],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
        "media_store_path": str(folder / "media"),
        "signing_key_path": str(folder / "signing.key"),
        "log_config": str(folder / "log.yaml"),
        "registration_shared_secret": secret,
        "macaroon_secret_key": f"macaroon {secret}",
        "form_secret": f"form {secret}",
        "report_stats": False,
        "trusted_key_servers": [],
        "suppress_key_server_warning": True,
        "federation_domain_whitelist": [],
        "presence": {"enabled": False},
        "bcrypt_rounds": 4,
        "url_preview_enabled": False,
        **({} if limited else _RATES),
        **(more or {}),
    }
    path = folder / "homeserver.yaml"
    path.write_text(json.dumps(settings))  # YAML takes JSON as it is
    return path


def listener(port: int, kind: str, *, tls: bool = False) -> dict[str, Any]:
    """A port on this machine alone; `kind` is "client" or "federation"."""
    resources = [{"names": [kind], "compress": False}]
    return {"port": port, "bind_addresses": ["127.0.0.1"], "type": "http", "tls": tls, "resources": resources}


def _log(path: Path) -> dict[str, Any]:
    return {
        "version": 1,
        "formatters": {"plain": {"format": "%(asctime)s %(name)s %(levelname)s %(request)s %(message)s"}},
        "handlers": {"file": {"class": "logging.FileHandler", "formatter": "plain", "filename": str(path)}},
        "root": {"level": "WARNING", "handlers": ["file"]},
        "disable_existing_loggers": False,
    }
