"""Functions that differ from run to run give what looks like the official engine's."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import bcrypt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from function_engines import OfficialEngine
from plain_machine import PlainMachine
from quarterdeck.compiler.units import TemplateError
from quarterdeck.render.helm_errors import run_message
from quarterdeck.runtime.context import Context

if TYPE_CHECKING:
    from pathlib import Path

CUSTOM = '{{ $c := genCA "" 1 }}{{ $d := buildCustomCert (b64enc $c.Cert) (b64enc $c.Key) }}'

SHAPES = [
    '{{ randAlphaNum 40 | regexMatch "^[0-9A-Za-z]{40}$" }}{{ randAlphaNum 0 }}|{{ randAlphaNum -1 }}',
    '{{ regexMatch "^[0-9A-Za-z]{40}$" (randAlphaNum 40) }}',
    '{{ regexMatch "^[A-Za-z]{40}$" (randAlpha 40) }}',
    '{{ regexMatch "^[0-9]{40}$" (randNumeric 40) }}',
    '{{ regexMatch "^[ -~]{40}$" (randAscii 40) }}',
    "{{ randBytes 20 | b64dec | len }} {{ randBytes 0 }} {{ randBytes 20 | len }}",
    "{{ randBytes -1 }}",
    "{{ randInt 5 6 }} {{ randInt 0 1 | typeOf }}",
    "{{ randInt 5 5 }}",
    "{{ randInt 6 5 }}",
    '{{ regexMatch "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$" uuidv4 }}',
    '{{ shuffle "aaaa" }} {{ shuffle "" }} {{ shuffle "abcdé" | len }}',
    '{{ bcrypt "x" | len }} {{ bcrypt "x" | trunc 7 }}',
    f'{{{{ bcrypt "{"x" * 73}" }}}}',
    '{{ htpasswd "u:v" "p" }}|{{ htpasswd "u" "p" | trunc 9 }}',
    '{{ encryptAES "k" "hello" | decryptAES "k" }} {{ encryptAES "k" "" }}',
    '{{ encryptAES "k" "hello" | len }}',
    '{{ decryptAES "k" "YQ==" }}',
    '{{ decryptAES "k" "!" }}',
    '{{ decryptAES "k" "YWFhYWFhYWFhYWFhYWFh" }}',
    '{{ decryptAES "k" "YWFhYWFhYWFhYWFhYWFhYQ==" }}',
    '{{ decryptAES "k" "YWFhYWFhYWFhYWFhYWFhYWE=" }}',
    '{{ decryptAES "" "" }}',
    '{{ now | typeOf }} {{ now.Year | typeOf }} {{ kindOf now }} {{ now | toString | regexMatch "m=[+]" }}',
    '{{ ago now }} {{ htmlDate now | len }} {{ date "2006" now | len }} {{ now | unixEpoch | len }}',
    '{{ derivePassword 1 "long" "password" "user" "example.com" }}',
    '{{ derivePassword 1 "pin" "password" "user" "example.com" }}',
    '{{ derivePassword 1 "none" "password" "user" "example.com" }}',
    '{{ genPrivateKey "none" }}',
    '{{ genPrivateKey "ed25519" | len }} {{ genPrivateKey "ecdsa" | trunc 30 }}',
    '{{ genCA "a" 1 | typeOf }} {{ (genCA "a" 1).Cert | trunc 27 }} {{ (genCA "a" 1).Key | trunc 31 }}',
    '{{ (genCA "a" 1).Foo }}',
    '{{ genCAWithKey "a" 1 "x" }}',
    '{{ genCAWithKey "a" 1 "-----BEGIN X-----\\nYQ==\\n-----END X-----\\n" }}',
    '{{ genCAWithKey "a" 1 "-----BEGIN X PRIVATE KEY-----\\nYQ==\\n-----END X PRIVATE KEY-----\\n" }}',
    '{{ (genCAWithKey "a" 1 (genPrivateKey "ecdsa")).Key | trunc 30 }}',
    '{{ genSelfSignedCert "a" (list 1) nil 1 }}',
    '{{ genSelfSignedCert "a" (list "x") nil 1 }}',
    '{{ genSelfSignedCert "a" (list "1.2.3.256") nil 1 }}',
    '{{ genSelfSignedCert "a" (list "::1%x") nil 1 }}',
    '{{ genSelfSignedCert "a" nil (list 1.5) 1 }}',
    '{{ genSelfSignedCert "a" nil (list "é") 1 }}',
    '{{ (genSelfSignedCert "a" nil (list "a.b") 1).Cert | trunc 27 }}',
    '{{ (genSelfSignedCertWithKey "a" nil nil 1 (genPrivateKey "ed25519")).Key | trunc 27 }}',
    '{{ (genSignedCert "a" nil nil 1 (genCA "ca" 1)).Cert | trunc 27 }}',
    '{{ (genSignedCertWithKey "a" nil nil 1 (genCA "ca" 1) (genPrivateKey "ecdsa")).Key | trunc 30 }}',
    '{{ genSignedCert "a" nil nil 1 "x" }}',
    '{{ buildCustomCert "!" "!" }}',
    '{{ buildCustomCert "" "!" }}',
    '{{ buildCustomCert "" "" }}',
    '{{ buildCustomCert ("-----BEGIN X-----\\nYQ==\\n-----END X-----" | b64enc) "" }}',
    CUSTOM + "{{ eq $c.Cert $d.Cert }}",
    CUSTOM + '{{ genSignedCert "a" nil nil 1 $d | typeOf }}',
    '{{ $c := genCA "a" 1 }}{{ buildCustomCert (b64enc $c.Cert) (b64enc "x") }}',
    '{{ getHostByName "localhost" }}|',
    '{{ lookup "v1" "Pod" "" "" }} {{ lookup "v1" "Pod" "" "" | typeOf }}',
]

NAME = "case/templates/t0.yaml"


def render(text: str, *, seed: int | None = None) -> tuple[str, str]:
    """Give our engine's text, or the message with which it refuses."""
    machine = PlainMachine({NAME: text}, context=Context(seed=seed))
    try:
        return machine.render(NAME, {"Values": {}}), ""
    except TemplateError as error:
        return "", run_message(NAME, error)


@pytest.mark.parametrize("text", SHAPES)
def test_the_shape_is_that_of_helm_real_and_seeded(tmp_path: Path, text: str) -> None:
    expected = OfficialEngine(tmp_path).answer(text)
    assert render(text) == expected
    assert render(text, seed=1) == expected


CERTIFICATE = (
    '{{ $ca := genCA "authority" 10 }}{{ $c := genSignedCert "name" (list "10.0.0.1" "::1" "::ffff:1.2.3.4") '
    '(list "a.b" "*.c") 20 $ca }}{{ b64enc $ca.Cert }} {{ b64enc $c.Cert }} {{ b64enc $c.Key }}'
)


def read_certificates(output: str) -> list[object]:
    """Give what two certificates and a key say, but for what is random."""
    authority, certificate, key = (base64.b64decode(part) for part in output.split())
    said: list[object] = []
    for pem in (authority, certificate):
        read = x509.load_pem_x509_certificate(pem)
        said += (
            read.version,
            read.subject.rfc4514_string(),
            read.issuer.rfc4514_string(),
            read.not_valid_after_utc - read.not_valid_before_utc,
            read.signature_hash_algorithm and read.signature_hash_algorithm.name,
            [
                (extension.oid.dotted_string, extension.critical, type(extension.value).__name__)
                for extension in read.extensions
            ],
            [
                extension.value.public_bytes()
                for extension in read.extensions
                if "KeyIdentifier" not in type(extension.value).__name__
            ],
        )
    x509.load_pem_x509_certificate(certificate).verify_directly_issued_by(
        x509.load_pem_x509_certificate(authority)
    )
    said.append(load_pem_private_key(key, None).key_size)
    return said


def test_real_certificates_say_what_helm_s_say(tmp_path: Path) -> None:
    expected, error = OfficialEngine(tmp_path).answer(CERTIFICATE)
    assert not error
    output, error = render(CERTIFICATE)
    assert not error
    assert sorted(map(repr, read_certificates(output))) == sorted(map(repr, read_certificates(expected)))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("ecdsa", ec.EllipticCurvePrivateKey), ("ed25519", ed25519.Ed25519PrivateKey), ("", rsa.RSAPrivateKey)],
)
def test_real_private_keys_can_be_read(kind: str, expected: type) -> None:
    output, error = render(f'{{{{ genPrivateKey "{kind}" }}}}')
    assert not error
    assert isinstance(load_pem_private_key(output.encode(), None), expected)


def test_a_real_bcrypt_hash_checks_the_password() -> None:
    output, error = render('{{ bcrypt "secret" }}')
    assert not error
    assert bcrypt.checkpw(b"secret", output.encode())
