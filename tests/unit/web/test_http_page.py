"""The reference page on HTTP: true, and complete."""

from __future__ import annotations

import re
from pathlib import Path

from attestree.text.catalogue import load_entries
from attestree.web.problems import STATUS_OF_CODE
from tests.unit.web.http_page import PAGE, build_page
from tests.unit.web.service import Service


def without_counters(page: str) -> str:
    """Leave out times that the process measured."""
    return re.sub(r"_created\{.*\} .*", "", page)


def test_the_committed_page_is_what_the_service_answers(tmp_path: Path) -> None:
    made = tmp_path / PAGE.name
    made.write_text(without_counters(build_page()), "utf-8")
    assert PAGE.read_text("utf-8") == made.read_text("utf-8"), f"cp {made} {PAGE}"


def test_every_route_and_every_code_with_a_status_of_its_own_is_on_it(service: Service) -> None:
    page = PAGE.read_text("utf-8")
    for path, methods in service.client.get("/openapi.json").json()["paths"].items():
        for method in methods:
            assert f"## {method.upper()} {path}\n" in page
    assert [code for code in STATUS_OF_CODE if f"`{code}`" not in page and code in load_entries()] == [
        "json.too_large"
    ]
