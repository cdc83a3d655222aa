"""Two homeservers that federate over loopback TLS, each named by the port that the other one reaches it at."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.platforms.matrix.homeserver.settings import listener
from tests.platforms.matrix.homeserver.synapse import Synapse, free_port, started

_NO_LIMIT = {"window_size": 1000, "sleep_limit": 10_000, "sleep_delay": 1, "reject_limit": 10_000, "concurrent": 100}


@contextmanager
def federation(folder: Path) -> Iterator[tuple[Synapse, Synapse]]:
    """Both are up; `folder` takes the certificate that they share."""
    certificate, key = _certificate(folder)
    with _member(certificate, key) as one, _member(certificate, key) as other:
        yield one, other


@contextmanager
def _member(certificate: Path, key: Path) -> Iterator[Synapse]:
    client, federated = free_port(), free_port()
    more: dict[str, Any] = {
        "listeners": [listener(client, "client"), listener(federated, "federation", tls=True)],
        "tls_certificate_path": str(certificate),
        "tls_private_key_path": str(key),
        "federation_verify_certificates": False,
        "federation_domain_whitelist": None,
        "ip_range_blacklist": [],
        "rc_federation": _NO_LIMIT,
    }
    with started(name=f"localhost:{federated}", port=client, more=more) as server:
        yield server


def _certificate(folder: Path) -> tuple[Path, Path]:
    """For this machine, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    here = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "tls.crt", folder / "tls.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths
