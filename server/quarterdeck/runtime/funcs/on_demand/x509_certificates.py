"""Real keys and certificates, made with the library cryptography. Imported only when one is needed.

Source: sprig crypto.go; crypto/x509, CreateCertificate.
"""

from __future__ import annotations

import warnings
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, cast

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from quarterdeck.runtime.funcs.certificates import parse_private_key
from quarterdeck.runtime.funcs.conversions import wrap_int64
from quarterdeck.runtime.funcs.durations import HOUR
from quarterdeck.runtime.funcs.pem_blocks import find_pem_block
from quarterdeck.runtime.goerror import GoError

if TYPE_CHECKING:
    from quarterdeck.runtime.funcs.certificates import Request

Key = rsa.RSAPrivateKey | dsa.DSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

_IPV4_IN_IPV6 = bytes(10) + b"\xff\xff"


def make_key(kind: str) -> Key:
    """Make a private key of a type that genPrivateKey takes."""
    if kind == "dsa":
        return dsa.generate_private_key(2048)
    if kind == "ecdsa":
        return ec.generate_private_key(ec.SECP256R1())
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return _make_rsa_key(4096)


def _make_rsa_key(size: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=size)


def write_key(key: Key) -> str:
    """Give a private key as PEM, in its type's own form."""
    is_modern = isinstance(key, ed25519.Ed25519PrivateKey)
    form = PrivateFormat.PKCS8 if is_modern else PrivateFormat.TraditionalOpenSSL
    text = key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()
    block = find_pem_block(text)
    if block is not None:
        if len(_made) >= _MOST_MADE:
            _made.clear()
        _made[block[1]] = key
    return text


_MOST_MADE = 64
_made: dict[bytes, Key] = {}
"""Keys that were made here, by their DER bytes: an authority's is read again for each certificate that it
signs, and the library looks for mistakes in it each time, which takes as long as making half a key."""


def load_key(kind: str, data: bytes) -> Key:
    """Read a private key.

    Raises:
        GoError: it is broken, or of a type that cannot sign.
    """
    made = _made.get(data)
    if made is not None:
        return made
    try:
        return cast("Key", load_der_private_key(data, None))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        if kind == "PKCS8":
            raise GoError("decoding PEM as PKCS#8: asn1: structure error: tags don't match") from None
        raise GoError(
            f"parsing {kind} private key from PEM: asn1: structure error: tags don't match"
        ) from None


def load_certificate(data: bytes) -> x509.Certificate:
    """Read a certificate.

    Raises:
        GoError: it is broken.
    """
    try:
        return x509.load_der_x509_certificate(data)
    except ValueError:
        raise GoError("x509: malformed certificate") from None


def sign(
    request: Request, now: datetime, key_text: str | None, signer: tuple[str, str] | None
) -> tuple[str, str]:
    """Make a certificate; give it and its key as PEM. `signer` is an authority's certificate and key in PEM.

    Raises:
        GoError: the signing key cannot sign this.
    """
    key = _make_rsa_key(2048) if key_text is None else load_key(*parse_private_key(key_text))
    subject = _name(request.name)
    issuer, signing_key = subject, key
    authority: x509.Certificate | None = None
    if signer is not None:
        block = find_pem_block(signer[0])
        if block is None:
            raise GoError("unable to decode certificate")
        authority = load_certificate(block[1])
        issuer, signing_key = authority.subject, load_key(*parse_private_key(signer[1]))
    builder = _describe(request, now, key).subject_name(subject).issuer_name(issuer)
    if authority is not None:
        builder = _point_at(builder, authority, subject)
        if signing_key.public_key() != authority.public_key():
            raise GoError(
                "error creating certificate: x509: provided PrivateKey doesn't match parent's PublicKey"
            )
    builder = _add_names(builder, request)
    if isinstance(signing_key, dsa.DSAPrivateKey):
        raise GoError(
            "error creating certificate: x509: certificate private key does not implement crypto.Signer"
        )
    algorithm = None if isinstance(signing_key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    certificate = builder.sign(signing_key, algorithm)
    return certificate.public_bytes(Encoding.PEM).decode(), write_key(key)


def _name(common_name: str) -> x509.Name:
    """Give a name of a common name alone, also one longer than 64 characters, as Go does."""
    if not common_name:
        return x509.Name([])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        attribute = x509.NameAttribute(NameOID.COMMON_NAME, common_name, _validate=False)
    return x509.Name([attribute])


def _describe(request: Request, now: datetime, key: Key) -> x509.CertificateBuilder:
    """Start a certificate with all that sprig puts into it. Source: sprig crypto.go, getBaseCertTemplate."""
    start = now.astimezone(UTC)
    nanoseconds = wrap_int64(request.days * 24 * HOUR)
    end = start + timedelta(microseconds=nanoseconds // 1000)
    builder = (
        x509.CertificateBuilder()
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(start, end))
        .not_valid_after(end)
        .public_key(key.public_key())
        .add_extension(_key_usage(is_authority=request.is_authority), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=request.is_authority, path_length=None), critical=True)
    )
    if request.is_authority:
        builder = builder.add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
    return builder


def _add_names(builder: x509.CertificateBuilder, request: Request) -> x509.CertificateBuilder:
    """Add the DNS names and addresses, which comes last."""
    names: list[x509.GeneralName] = [x509.DNSName(name) for name in request.dns_names]
    names += [
        x509.IPAddress(ip_address(address.removeprefix(_IPV4_IN_IPV6))) for address in request.addresses
    ]
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=not request.name)
    return builder


def _key_usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=True,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _point_at(
    builder: x509.CertificateBuilder, authority: x509.Certificate, subject: x509.Name
) -> x509.CertificateBuilder:
    """Add which key of the authority has signed, unless the certificate has the authority's own name."""
    if subject == authority.subject:
        return builder
    try:
        found = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except x509.ExtensionNotFound:
        return builder
    identifier = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(found.value)
    return builder.add_extension(identifier, critical=False)
