"""The page in a real browser: with and without JavaScript, phone and desktop, and nobody else is asked."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from attestree.adapters.evm.anvil_chain import AnvilChain
from tests.integration.bad_inputs import named
from tests.integration.deployed import deploy_registry
from tests.integration.served import Served, Stand, running

pytestmark = [pytest.mark.browser, pytest.mark.chain]

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
XSS = '<img src=x onerror="alert(1)"><script>alert(2)</script>'

CONTRAST = """() => {
  const parse = (text) => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return { rgb: [r, g, b], a };
  };
  const light = ([r, g, b]) => {
    const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const [x, y, z] = [r, g, b].map((v) => linear(v / 255));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const found = parse(getComputedStyle(at).backgroundColor);
      if (found.a === 1) return found.rgb;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const element of document.querySelectorAll("main *, header *, footer *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility()) continue;
    const ink = light(parse(getComputedStyle(element).color).rgb), paper = light(ground(element));
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    const said = element.textContent.trim().slice(0, 30);
    if (ratio < 4.5) poor.push(`${element.tagName} ${ratio.toFixed(2)} ${said}`);
  }
  return poor;
}"""
"""Names every text whose contrast is below 4.5 : 1."""


@dataclass
class Window:
    """A page, and all that it asked for and said."""

    page: Page
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self) -> None:
        self.page.goto("/verify")

    def paste(self, value: Any) -> None:
        self.open()
        self.page.get_by_label("or paste its text").fill(json.dumps(value))
        self.send()

    def upload(self, value: Any) -> None:
        self.open()
        octets = json.dumps(value).encode()
        upload = {"name": "credential.json", "mimeType": "application/json", "buffer": octets}
        self.page.get_by_label("Credential file").set_input_files(upload)  # type: ignore[arg-type]  # a FilePayload
        self.send()

    def send(self) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="Check").click()

    def headline(self) -> str:
        return self.page.get_by_role("status").get_by_role("heading", level=1).inner_text()

    def verify_sound(self) -> None:
        """Check what holds on every page for everybody."""
        page = self.page
        assert page.evaluate("document.documentElement.lang") == "en"
        assert page.locator("h1").count() == 1
        assert page.title()
        levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map((h) => +h.tagName[1])")
        assert all(after <= before + 1 for before, after in pairwise(levels))
        unlabelled = page.evaluate(
            "[...document.querySelectorAll('input,textarea')].filter((f) => !f.labels.length).length"
        )
        assert unlabelled == 0
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
        assert len(ids) == len(set(ids))
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert page.evaluate(CONTRAST) == []


@pytest.fixture(scope="module")
def stand(anvil: AnvilChain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stand, Served]]:
    before = anvil.snapshot()
    stand = Stand(deploy_registry(anvil), tmp_path_factory.mktemp("page"))
    with running(stand) as served:
        served.wait_ready()
        yield stand, served
    anvil.revert(before)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium; apt-get install chromium fonts-dejavu")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def window(request: pytest.FixtureRequest, browser: Browser, stand: tuple[Stand, Served]) -> Iterator[Window]:
    context = browser.new_context(
        base_url=stand[1].url, java_script_enabled=bool(request.param), viewport=DESKTOP
    )
    yield watch(context)
    context.close()


@pytest.fixture
def scripted(browser: Browser, stand: tuple[Stand, Served]) -> Iterator[Window]:
    context = browser.new_context(base_url=stand[1].url, viewport=DESKTOP)
    yield watch(context)
    context.close()


def watch(context: BrowserContext) -> Window:
    """Return a new page that remembers what it does."""
    window = Window(context.new_page())
    window.page.on("request", lambda request: window.requests.append(request.url))
    window.page.on("console", lambda message: window.complaints.append(message.text))
    window.page.on("pageerror", lambda error: window.complaints.append(str(error)))

    def dismiss(dialog: Any) -> None:
        window.dialogs.append(dialog.message)
        dialog.dismiss()

    window.page.on("dialog", dismiss)
    return window


def issue(stand: tuple[Stand, Served], **changes: Any) -> dict[str, Any]:
    credential, _ = stand[0].issue(**changes)
    stand[1].wait_block(stand[0].registry.block().number)
    return credential


def test_an_uploaded_file_gets_its_verdict_with_and_without_script(
    window: Window, stand: tuple[Stand, Served]
) -> None:
    window.upload(issue(stand))
    assert window.headline().lower() == "test, worth nothing: genuine and valid"
    assert window.page.locator(".hatched").is_visible()
    assert window.page.locator("ol > li").count() == 9


def test_pasted_text_gets_its_verdict_with_and_without_script(
    window: Window, stand: tuple[Stand, Served]
) -> None:
    window.paste({**issue(stand), "name": "Better"})
    assert "changed" in window.headline().lower()
    assert window.page.get_by_text("Zofia Kowalska").count() == 0


def test_nobody_but_the_service_is_asked_and_nothing_is_complained_of(
    scripted: Window, stand: tuple[Stand, Served]
) -> None:
    scripted.paste(issue(stand, evidence=[{"id": "https://elsewhere.example/x", "type": ["Evidence"]}]))
    scripted.page.wait_for_load_state("networkidle")
    assert scripted.requests
    assert [url for url in scripted.requests if not url.startswith((stand[1].url, "data:"))] == []
    assert scripted.complaints == []


def test_a_name_full_of_markup_is_shown_literally_and_runs_nothing(
    scripted: Window, stand: tuple[Stand, Served]
) -> None:
    scripted.paste(issue(stand, credentialSubject=named(XSS)))
    assert scripted.page.locator("dd bdi", has_text=XSS).count() == 1
    assert scripted.page.locator("main img, main script").count() == 0
    assert scripted.dialogs == []


def test_a_dropped_file_is_checked_at_once(scripted: Window, stand: tuple[Stand, Served]) -> None:
    text = json.dumps(issue(stand))
    scripted.open()
    dropped = scripted.page.evaluate_handle(
        """(text) => {
          const held = new DataTransfer();
          held.items.add(new File([text], "credential.json", { type: "application/json" }));
          return held;
        }""",
        text,
    )
    scripted.page.dispatch_event("#drop", "drop", {"dataTransfer": dropped})
    scripted.page.get_by_role("status").wait_for()
    assert "valid" in scripted.headline()


def test_what_cannot_be_read_is_said_where_it_was_given(scripted: Window) -> None:
    scripted.open()
    scripted.page.get_by_label("or paste its text").fill("{")
    scripted.send()
    assert scripted.page.get_by_role("alert").is_visible()
    scripted.verify_sound()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_pages_are_sound_on_phone_and_desktop_by_day_and_night(
    browser: Browser, stand: tuple[Stand, Served], size: Any, scheme: Any, tmp_path: Path
) -> None:
    credential = issue(stand)
    context = browser.new_context(base_url=stand[1].url, viewport=size, color_scheme=scheme)
    window = watch(context)
    shots = Path(os.environ.get("SCREENSHOTS", tmp_path))
    window.open()
    window.verify_sound()
    window.page.screenshot(path=shots / f"form-{size['width']}-{scheme}.png", full_page=True)
    asked = {"valid": credential, "tampered": {**credential, "name": "Better"}}
    for name, value in asked.items():
        window.paste(value)
        window.verify_sound()
        window.page.screenshot(path=shots / f"{name}-{size['width']}-{scheme}.png", full_page=True)
    for details in window.page.locator("details").all():
        details.locator("summary").click()
    window.verify_sound()
    context.close()


def test_the_form_can_be_used_with_the_keyboard_alone(scripted: Window, stand: tuple[Stand, Served]) -> None:
    text = json.dumps(issue(stand))
    scripted.open()
    scripted.page.get_by_label("or paste its text").focus()
    scripted.page.keyboard.insert_text(text)
    for _ in range(2):
        scripted.page.keyboard.press("Tab")
    with scripted.page.expect_navigation():
        scripted.page.keyboard.press("Enter")
    assert "valid" in scripted.headline()
