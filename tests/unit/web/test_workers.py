"""Several processes at one address: all answer, one that dies is begun again, and all stop together."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import httpx
import psutil
import pytest

from attestree.errors import NotAllowedError
from attestree.web.server import run_service
from attestree.web.service import WebService
from tests.unit.verifying.genuine import build_scene

PATIENCE_SECONDS = 60

PROGRAM = """
from attestree.verifying.trust import Trust
from attestree.verifying.verifier import Verifier
from attestree.web.server import run_service
from attestree.web.service import WebService
from attestree.wiring.system import SystemClock

clock = SystemClock()
service = WebService(verifier=Verifier(Trust("t", (), (), bytes(32)), {}, clock), registries={}, clock=clock)
tell = lambda url: print(url, flush=True)
run_service(service, host="127.0.0.1", port=0, workers=2, on_ready=tell)
"""


def wait_for(happened: Callable[[], bool]) -> None:
    """Wait until something has happened; a machine that is too busy fails the test."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_two_workers_answer_and_one_that_dies_is_begun_again_and_all_stop_together() -> None:
    command = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as run:
        assert run.stdout is not None
        try:
            url = run.stdout.readline().strip()
            parent = psutil.Process(run.pid)
            wait_for(lambda: len(parent.children()) == 2)
            assert all(httpx.get(f"{url}/health", timeout=30).status_code == 200 for _ in range(8))
            first = {child.pid for child in parent.children()}
            parent.children()[0].kill()
            wait_for(lambda: len({child.pid for child in parent.children()} - first) == 1)
            assert httpx.get(f"{url}/health", timeout=30).status_code == 200
            children = parent.children()
            run.terminate()
            assert run.wait(PATIENCE_SECONDS) == 0
            assert not any(child.is_running() for child in children)
        finally:
            run.kill()


def test_workers_end_when_whoever_began_them_is_killed() -> None:
    command = [sys.executable, "-c", PROGRAM]
    children: list[psutil.Process] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as run:
        assert run.stdout is not None
        try:
            url = run.stdout.readline().strip()
            parent = psutil.Process(run.pid)
            wait_for(lambda: len(parent.children()) == 2)
            assert httpx.get(f"{url}/health", timeout=30).status_code == 200
            children = parent.children()
            run.kill()
            wait_for(lambda: not any(child.is_running() for child in children))
        finally:
            run.kill()
            for child in psutil.wait_procs(children, timeout=0)[1]:
                child.kill()


def test_an_issuers_own_server_is_one_process() -> None:
    scene = build_scene()
    service = WebService(verifier=scene.verifier(), registries={}, clock=scene.clock)
    with pytest.raises(NotAllowedError, match=r"refused\.workers"):
        run_service(
            replace(service, store=object()),  # type: ignore[arg-type]  # it is never asked
            host="127.0.0.1",
            port=0,
            workers=2,
            on_ready=lambda _url: None,
        )
