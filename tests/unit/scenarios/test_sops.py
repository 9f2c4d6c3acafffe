"""What sops and helm-secrets keep encrypted is recognised."""

from __future__ import annotations

import pytest

from quarterdeck.scenarios.sops import is_encrypted, is_secrets_name, is_secrets_reference

ENCRYPTED = "ENC[AES256_GCM,data:aGVsbG8=,iv:x,tag:y,type:str]"


@pytest.mark.parametrize(
    "text",
    [
        f"password: {ENCRYPTED}\n",
        f'db:\n  password: "{ENCRYPTED}"\n',
        f"list:\n  - {ENCRYPTED}\n",
        "plain: 1\nsops:\n  mac: x\n  version: 3.8.1\n",
        "plain: 1\nsops:\n  age: []\n",
        "plain: 1\nsops: {encrypted_regex: ^data$}\n",
        '{"plain": 1, "sops": {"version": "3.8.1"}}',
        f"password: {ENCRYPTED}\nbroken: [\n",
    ],
)
def test_encrypted_values_are_recognised(text: str) -> None:
    assert is_encrypted(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sops: true\n",
        "sops:\n  enabled: true\n",
        "tool:\n  sops:\n    version: 3.8.1\n",
        f"# password: {ENCRYPTED}\npassword: x\n",
        "sops: [\n",
        "kind: sops\n",
    ],
)
def test_values_that_only_speak_of_sops_are_not_taken_for_encrypted(text: str) -> None:
    assert not is_encrypted(text)


def test_files_that_helm_secrets_would_decrypt() -> None:
    assert is_secrets_reference("secrets://prod.yaml")
    assert is_secrets_reference("secrets+age-import:///keys/key.txt?prod.yaml")
    assert not is_secrets_reference("secrets/prod.yaml")
    assert not is_secrets_reference("https://example.org/secrets.yaml")


def test_names_of_secrets() -> None:
    named = ["secrets.yaml", "envs/secrets.prod.yml", "prod.secrets.yaml", "prod.sops.yaml", "a-secrets.yaml"]
    assert all(map(is_secrets_name, named))
    assert not any(
        map(is_secrets_name, ["secrets.json", "mysecrets.yaml", "secrets/values.yaml", "secret.yaml"])
    )
