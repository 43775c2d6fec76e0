"""Certificates of both sides, by Dask's own settings: what is missing here, and who refused whom."""

import json
import ssl
from pathlib import Path

from distributed import Security
from distributed.comm.core import CommClosedError

from nnjax.execution.executor import ExecutionError

CERTIFICATE_REMEDY = (
    "in this shell first: . FOLDER/environment, of the folder that cluster/certificates.sh made (docs/cluster.md)"
)


def check_certificates(place: str) -> None:
    """See that what an address, or a scheduler's file, asks for is set here and can be read, before anybody is called.

    Raises:
        ExecutionError: A certificate is missing, unreadable or without its key, or encryption is asked for in vain.
    """
    address, security = _address(place), Security()
    if not address.startswith("tls://"):
        if security.require_encryption:
            remedy = "write tls://… of a scheduler with certificates, or do so from a shell without them"
            raise ExecutionError(f"{address} is not encrypted, and Dask's settings here require it; {remedy}")
        return
    mine = security.get_tls_config_for_role("client")
    files = {"ca-file": mine["ca_file"], "client.cert": mine["cert"], "client.key": mine["key"]}
    if missing := [f"distributed.comm.tls.{name}" for name in ("ca-file", "client.cert") if not files[name]]:
        raise ExecutionError(
            f"{address} asks for a certificate, and Dask has no {' and no '.join(missing)}; {CERTIFICATE_REMEDY}"
        )
    for name, file in files.items():
        if file and "\n" not in file and not Path(file).is_file():  # one with lines is the certificate itself
            raise ExecutionError(f"distributed.comm.tls.{name}: {file}: no such file; {CERTIFICATE_REMEDY}")
    try:
        security.get_connection_args("client")
    except OSError as error:
        names = ", ".join(map(str, files.values()))
        raise ExecutionError(
            f"{names}: no certificates with their key ({_reason(error)}); {CERTIFICATE_REMEDY}"
        ) from None


def describe_refusal(place: str, error: Exception) -> str | None:
    """One sentence on a connection that failed for want of the right certificate; None if it failed otherwise."""
    if not isinstance(error, CommClosedError):
        return None
    address, cause = _address(place), error.__cause__
    if not address.startswith("tls://"):
        return f"the scheduler at {address} hangs up on us; if it was started with certificates, write tls://…"
    if isinstance(cause, ssl.SSLCertVerificationError):
        seen = f"the certificate of the scheduler at {address} is not accepted here ({cause.verify_message})"
        return f"{seen}; {CERTIFICATE_REMEDY}"
    if isinstance(cause, ssl.SSLError) and cause.reason == "WRONG_VERSION_NUMBER":
        return f"the scheduler at {address} was started without certificates; start it with them (docs/cluster.md)"
    mine = Security().get_tls_config_for_role("client")["cert"]
    return (
        f"the scheduler at {address} hangs up on us: it is ending, or refuses our certificate {mine}, which is of "
        f"another authority or too old; {CERTIFICATE_REMEDY}"
    )


def _address(place: str) -> str:
    """The address itself, of a scheduler's file too."""
    return str(json.loads(Path(place).read_text("utf-8"))["address"]) if place.endswith(".json") else place


def _reason(error: OSError) -> str:
    return str(getattr(error, "reason", None) or error.strerror or error).lower().replace("_", " ")
