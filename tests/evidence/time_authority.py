"""A real time stamp authority (RFC 3161) on loopback: openssl's own responder behind HTTP."""

import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

CONFIG = """\
[tsa]
default_tsa = here
[here]
dir = {folder}
serial = $dir/serial
signer_cert = $dir/tsa.pem
signer_key = $dir/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
{certs}
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[root]
basicConstraints = critical, CA:TRUE
[stamping]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = critical, timeStamping
[req]
distinguished_name = name
[name]
"""


_LENGTHS = {"root": 50, "between": 40, "tsa": 0}


def openssl(*words) -> bytes:
    return subprocess.run(
        ["openssl", *map(str, words)], capture_output=True, check=True, timeout=60
    ).stdout


def make_certificates(folder: Path) -> None:
    """Make root, intermediate and the certificate that stamps, in ``folder``."""
    folder.mkdir(parents=True)
    config = folder / "tsa.cnf"
    config.write_text(CONFIG.format(folder=folder, certs=""))
    (folder / "serial").write_text("01\n")
    made = (("root", "root", None), ("between", "root", "root"), ("tsa", "stamping", "between"))
    for name, extension, signer in made:
        key, request, certificate = (folder / f"{name}.{end}" for end in ("key", "csr", "pem"))
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key)
        # strict DER sorts certificates, shorter ones first: the one that stamps is the shortest
        subject = f"/O=Loopback{'.' * _LENGTHS[name]}/CN={name} of {folder.name}"
        openssl("req", "-new", "-key", key, "-subj", subject, "-out", request, "-config", config)
        by = (
            ("-CA", folder / f"{signer}.pem", "-CAkey", folder / f"{signer}.key", "-CAcreateserial")
            if signer
            else ("-signkey", key)
        )
        words = ("-in", request, "-out", certificate, "-extfile", config, "-extensions", extension)
        openssl("x509", "-req", *words, *by, "-days", "30")
    (folder / "in-order.pem").write_text(_joined(folder, "between", "root"))
    (folder / "out-of-order.pem").write_text(_joined(folder, "root", "between"))


def end_soon(folder: Path, *, at: datetime) -> None:
    """Make the certificate that stamps anew, so that it ends at this second."""
    old = x509.load_pem_x509_certificate((folder / "tsa.pem").read_bytes())
    signer = load_pem_private_key((folder / "between.key").read_bytes(), None)
    builder = x509.CertificateBuilder(
        old.issuer,
        old.subject,
        old.public_key(),
        x509.random_serial_number(),
        old.not_valid_before_utc,
        at,
        list(old.extensions),
    )
    certificate = builder.sign(signer, SHA256())
    (folder / "tsa.pem").write_bytes(certificate.public_bytes(Encoding.PEM))


def _joined(folder: Path, *names: str) -> str:
    return "".join((folder / f"{name}.pem").read_text() for name in names)


@dataclass
class TimeAuthority:
    """The authority; each of its ways to fail is one attribute.

    Attributes:
        how: makes the answer out of the question and what openssl would answer.
        status: of the HTTP answer.
    """

    folder: Path
    url: str = ""
    status: int = 200
    certs: str = "in-order.pem"
    how: Callable[[bytes, bytes], bytes] = lambda _question, answer: answer
    answers: list[bytes] = field(default_factory=list)

    def reply(self, question: bytes) -> bytes:
        """Answer as openssl does."""
        config = self.folder / "running.cnf"
        certs = f"certs = $dir/{self.certs}" if self.certs else ""
        config.write_text(CONFIG.format(folder=self.folder, certs=certs))
        (self.folder / "question").write_bytes(question)
        words = ("-config", config, "-queryfile", self.folder / "question")
        answer = openssl("ts", "-reply", *words)
        self.answers.append(answer)
        return self.how(question, answer)


class Served:
    """Serves an authority while the block lasts."""

    def __init__(self, folder: Path) -> None:
        self.authority = authority = TimeAuthority(folder)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                question = self.rfile.read(int(self.headers["Content-Length"]))
                answer = authority.reply(question) if authority.status == 200 else b"no"
                self.send_response(authority.status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_words) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> TimeAuthority:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.authority.url = f"http://127.0.0.1:{self.server.server_port}/"
        return self.authority

    def __exit__(self, *_error) -> None:
        self.server.shutdown()
        self.server.server_close()
