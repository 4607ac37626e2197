"""`/openapi.json`: true examples, references that lead somewhere, shapes that the answers have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from attestree.verifying.verdict import Verdict
from tests.unit.web.example_reports import PATH, build_examples, format_examples
from tests.unit.web.service import Service, build_service


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    with build_service() as service:
        answer = service.client.get("/openapi.json")
        assert answer.status_code == 200
        found: dict[str, Any] = answer.json()
        return found


def references_of(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for member in value.values() for found in references_of(member)]
    if isinstance(value, list):
        return [found for item in value for found in references_of(item)]
    return []


def schema_of(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": document["components"]})


def test_the_shipped_examples_are_those_that_the_verifier_gives_now(tmp_path: Path) -> None:
    made = tmp_path / PATH.name
    made.write_text(format_examples(), "utf-8")
    assert PATH.read_text("utf-8") == made.read_text("utf-8"), f"cp {made} {PATH}"


def test_there_is_an_example_of_every_verdict() -> None:
    examples = build_examples()
    assert {example["verdict"] for example in examples.values()} == set(Verdict)
    assert all(name in (one["verdict"], "valid_on_a_test_network") for name, one in examples.items())


def test_it_is_openapi_3_1_with_unique_operations_and_no_dead_reference(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    operations = [one for path in document["paths"].values() for one in path.values()]
    assert len({one["operationId"] for one in operations}) == len(operations) == 14
    for one in operations:
        assert one["summary"]
        assert one["responses"]
    for reference in references_of(document):
        target: Any = document
        assert reference.startswith("#/components/schemas/")
        for step in reference[2:].split("/"):
            target = target[step]


def test_every_schema_is_a_schema(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_example_has_the_shape_that_is_promised(document: dict[str, Any]) -> None:
    seen = 0
    for path in document["paths"].values():
        for operation in path.values():
            for answer in operation["responses"].values():
                for content in answer.get("content", {}).values():
                    for example in content.get("examples", {}).values():
                        schema_of(document, content["schema"]).validate(example["value"])
                        seen += 1
    assert seen > len(Verdict)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/issuers", "IssuerList"),
        ("/v1/batches", "BatchList"),
        ("/health", "Health"),
        ("/ready", "Ready"),
    ],
)
def test_true_answers_have_the_shape_that_is_promised(
    document: dict[str, Any], path: str, name: str, service: Service
) -> None:
    answer = service.client.get(path)
    assert answer.status_code == 200
    schema_of(document, document["components"]["schemas"][name]).validate(answer.json())
