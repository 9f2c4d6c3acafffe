"""Private keys and certificates: genPrivateKey, genCA, genSelfSignedCert, genSignedCert, buildCustomCert.

A seeded run gets placeholders; a real one makes real keys, in `x509_certificates`, whose library is slow to
import.

Source: sprig crypto.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from quarterdeck.runtime.funcs.bytewise import from_bytes
from quarterdeck.runtime.funcs.encoding import decode_base64
from quarterdeck.runtime.funcs.ip_addresses import parse_address
from quarterdeck.runtime.funcs.pem_blocks import find_pem_block
from quarterdeck.runtime.funcs.placeholders import (
    KEY_LABELS,
    is_placeholder,
    make_certificate_placeholder,
    make_key_placeholder,
)
from quarterdeck.runtime.goerror import GoError
from quarterdeck.runtime.kinds import go_type
from quarterdeck.runtime.printing import format_value
from quarterdeck.runtime.quoting import quote
from quarterdeck.runtime.signatures import function
from quarterdeck.runtime.values import GoStruct

if TYPE_CHECKING:
    from quarterdeck.runtime.context import Context

_KEY_SUFFIX = " PRIVATE KEY"
_TYPE = "sprig.certificate"


class Certificate(GoStruct):
    """A certificate with its private key, both as PEM."""

    __slots__ = ("certificate", "key")
    go_type: ClassVar[str] = _TYPE
    kind: ClassVar[str] = "struct"
    is_stringer: ClassVar[bool] = False

    def __init__(self, certificate: str, key: str) -> None:
        self.certificate = certificate
        self.key = key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Certificate) and self.fields() == other.fields()

    def __hash__(self) -> int:
        return hash(self.fields())

    def get(self, name: str) -> Any:
        """Give the field Cert or Key."""
        if name == "Cert":
            return self.certificate
        if name == "Key":
            return self.key
        raise GoError(f"can't evaluate field {name} in type {go_type(self)}")

    def fields(self) -> tuple[tuple[str, Any], ...]:
        """Give both fields."""
        return (("Cert", self.certificate), ("Key", self.key))

    def format(self) -> str:
        """Give both texts between braces."""
        return f"{{{self.certificate} {self.key}}}"


class Request:
    """What a certificate shall say: common name, addresses (4 or 16 bytes), DNS names, days from now."""

    __slots__ = ("addresses", "days", "dns_names", "is_authority", "name")

    def __init__(self, name: str, ips: list[Any], dns_names: list[Any], days: int) -> None:
        self.name = name
        self.addresses = [_parse_ip(ip) for ip in ips]
        self.dns_names = [_check_dns_name(dns_name) for dns_name in dns_names]
        self.days = days
        self.is_authority = False

    def check_encoding(self) -> None:
        """Refuse DNS names that certificates cannot hold. Source: crypto/x509, marshalSANs."""
        for dns_name in self.dns_names:
            if not dns_name.isascii():
                raise GoError(
                    f"error creating certificate: x509: {quote(dns_name)} cannot be encoded as an IA5String"
                )


def _parse_ip(value: Any) -> bytes:
    if not isinstance(value, str):
        raise GoError(f"error parsing ip: {format_value(value)} is not a string")
    try:
        address = parse_address(value)
    except GoError:
        address = b""
    if not address or "%" in value:
        raise GoError(f"error parsing ip: {value}")
    return address


def _check_dns_name(value: Any) -> str:
    if not isinstance(value, str):
        raise GoError(f"error processing alternate dns name: {format_value(value)} is not a string")
    return value


def parse_private_key(text: str) -> tuple[str, bytes]:
    """Give type and DER bytes of the private key in a PEM text. Source: sprig crypto.go, parsePrivateKeyPEM.

    Raises:
        GoError: there is none.
    """
    block = find_pem_block(text)
    if block is None:
        raise GoError("no PEM data in input")
    label, data = block
    if label == "PRIVATE KEY":
        return "PKCS8", data
    if not label.endswith(_KEY_SUFFIX):
        raise GoError(f"no private key data in PEM block of type {label}")
    kind = label.removesuffix(_KEY_SUFFIX)
    if kind not in ("RSA", "EC", "DSA"):
        raise GoError(f"invalid private key type {label}")
    return kind, data


def _check_private_key(text: str) -> None:
    """Refuse a text without a private key; only real keys are looked into."""
    kind, data = parse_private_key(text)
    if not is_placeholder(data):
        from quarterdeck.runtime.funcs.on_demand.x509_certificates import load_key  # noqa: PLC0415 -- slow to import

        load_key(kind, data)


@function("genPrivateKey", "func(string) string", effect="volatile")
def gen_private_key(context: Context, kind: str) -> str:
    """Make a private key: rsa (also for ""), dsa, ecdsa or ed25519."""
    if kind not in KEY_LABELS:
        return f"Unknown type {kind}"
    context.volatile_calls += 1
    if context.seed is not None:
        return make_key_placeholder(context, kind)
    from quarterdeck.runtime.funcs.on_demand.x509_certificates import make_key, write_key  # noqa: PLC0415 -- slow to import

    return write_key(make_key(kind))


def _issue(
    context: Context, request: Request, *, key: str | None = None, signer: Certificate | None = None
) -> Certificate:
    """Make a certificate for a new key or the given one, signed by `signer` or by itself."""
    context.volatile_calls += 1
    request.check_encoding()
    if context.seed is not None:
        certificate, new_key = make_certificate_placeholder(context)
        return Certificate(certificate, new_key if key is None else key)
    from quarterdeck.runtime.funcs.on_demand.x509_certificates import sign  # noqa: PLC0415 -- slow to import

    signing = (signer.certificate, signer.key) if signer is not None else None
    return Certificate(*sign(request, context.now(), key, signing))


def _require_key(text: str) -> str:
    try:
        _check_private_key(text)
    except GoError as error:
        raise GoError(f"parsing private key: {error}") from None
    return text


@function("genCA", f"func(string, int) {_TYPE}", effect="volatile")
def gen_ca(context: Context, name: str, days: int) -> Certificate:
    """Make a certificate authority."""
    return _make_authority(context, name, days, None)


@function("genCAWithKey", f"func(string, int, string) {_TYPE}", effect="volatile")
def gen_ca_with_key(context: Context, name: str, days: int, key: str) -> Certificate:
    """Make a certificate authority with a key that there is."""
    return _make_authority(context, name, days, _require_key(key))


def _make_authority(context: Context, name: str, days: int, key: str | None) -> Certificate:
    request = Request(name, [], [], days)
    request.is_authority = True
    return _issue(context, request, key=key)


@function("genSelfSignedCert", f"func(string, []any, []any, int) {_TYPE}", effect="volatile")
def gen_self_signed_cert(
    context: Context, name: str, ips: list[Any], dns_names: list[Any], days: int
) -> Certificate:
    """Make a certificate that is signed by its own key."""
    return _issue(context, Request(name, ips, dns_names, days))


@function("genSelfSignedCertWithKey", f"func(string, []any, []any, int, string) {_TYPE}", effect="volatile")
def gen_self_signed_cert_with_key(
    context: Context, name: str, ips: list[Any], dns_names: list[Any], days: int, key: str
) -> Certificate:
    """Make a certificate for a key that there is, signed by it."""
    key = _require_key(key)
    return _issue(context, Request(name, ips, dns_names, days), key=key)


@function("genSignedCert", f"func(string, []any, []any, int, {_TYPE}) {_TYPE}", effect="volatile")
def gen_signed_cert(
    context: Context, name: str, ips: list[Any], dns_names: list[Any], days: int, authority: Certificate
) -> Certificate:
    """Make a certificate that is signed by an authority."""
    _check_authority(authority)
    return _issue(context, Request(name, ips, dns_names, days), signer=authority)


@function(
    "genSignedCertWithKey", f"func(string, []any, []any, int, {_TYPE}, string) {_TYPE}", effect="volatile"
)
def gen_signed_cert_with_key(
    context: Context,
    name: str,
    ips: list[Any],
    dns_names: list[Any],
    days: int,
    authority: Certificate,
    key: str,
) -> Certificate:
    """Make a certificate for a key that there is, signed by an authority."""
    key = _require_key(key)
    _check_authority(authority)
    return _issue(context, Request(name, ips, dns_names, days), key=key, signer=authority)


def _check_authority(authority: Certificate) -> None:
    """Refuse an authority that cannot sign."""
    _check_certificate(authority.certificate, "decodedSignerCert")
    try:
        _check_private_key(authority.key)
    except GoError as error:
        raise GoError(f"error parsing private key: {error}") from None


def _check_certificate(text: str, name: str) -> None:
    block = find_pem_block(text)
    if block is None:
        raise GoError("unable to decode certificate")
    if not is_placeholder(block[1]):
        from quarterdeck.runtime.funcs.on_demand.x509_certificates import load_certificate  # noqa: PLC0415 -- slow to import

        try:
            load_certificate(block[1])
        except GoError as error:
            raise GoError(f"error parsing certificate: {name}.Bytes: {error}") from None


@function("buildCustomCert", f"func(string, string) {_TYPE}")
def build_custom_cert(certificate: str, key: str) -> Certificate:
    """Give a certificate and a key that there are, both in base64 of PEM."""
    texts: list[str] = []
    for name, encoded in (("certificate", certificate), ("private key", key)):
        try:
            texts.append(from_bytes(decode_base64(encoded)))
        except GoError:
            raise GoError(f"unable to decode base64 {name}") from None
    _check_certificate(texts[0], "decodedCert")
    try:
        _check_private_key(texts[1])
    except GoError as error:
        raise GoError(f"error parsing private key: {error}") from None
    return Certificate(texts[0], texts[1])
