"""Asking a running bot, from another process on the same machine, how it is."""

import http.client
import json
from dataclasses import dataclass
from typing import Any

from bot.config import MonitoringSection

_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What /health said. Where nobody answered, `reasons` says so and `told` is empty."""

    reasons: tuple[str, ...]
    told: dict[str, Any]


def ask(section: MonitoringSection) -> Answer:
    """Ask the endpoint that this section describes."""
    where = f"{section.address} port {section.port}"
    connection = http.client.HTTPConnection(section.address, section.port, timeout=_PATIENCE)
    try:
        connection.request("GET", "/health")
        told = json.loads(connection.getresponse().read())
        return Answer(tuple(map(str, told["reasons"])), told)
    except TimeoutError:
        return Answer((f"the bot did not answer at {where} within {_PATIENCE:g} seconds: it hangs",), {})
    except OSError as error:
        return Answer(
            (f"nothing answers at {where}: {error.strerror}. Does the bot run, with this configuration?",), {}
        )
    except (http.client.HTTPException, ValueError, LookupError, TypeError):
        return Answer((f"what answers at {where} is not Folkmoot: another program has this port",), {})
    finally:
        connection.close()
