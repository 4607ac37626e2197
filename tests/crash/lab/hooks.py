"""
Puts a crash point before and after every outside write of the process that is to die.

Outside are: each method of the store that writes, each COMMIT of its database, each request to a node, each
signature, and each change of a file or folder below the plan's folder. The hooks are put on the classes of
this one process, which was forked for it; an audit hook of the interpreter names every change of a file that
took another road, so that none goes unnoticed.
"""

from __future__ import annotations

import inspect
import os
import re
import sys
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any

from sqlalchemy.engine.default import DefaultDialect

from attestree.adapters.evm.rpc import JsonRpc
from attestree.adapters.keys.signer import LocalSigner
from attestree.adapters.sql import SqlStore
from lab.points import Points

WRITING_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
"""Flags with which a file is opened to be changed."""

PATH_CALLS = ("rename", "replace", "mkdir", "unlink", "remove", "rmdir", "chmod", "link", "symlink")
"""Functions of `os` that change what a path means."""

DESCRIPTOR_CALLS = ("fsync", "fdatasync", "fchmod", "ftruncate")
"""Functions of `os` that change what a descriptor stands for, or see it to the disk."""

AUDITED = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.chmod", "os.link", "os.symlink"}
"""The interpreter's own names for such changes."""

Around = Callable[[str, Callable[[], Any]], Any]
"""Does something under a name: with points on each side, or with an error instead."""


@cache
def writing_methods() -> tuple[str, ...]:
    """Return the names of all methods of the store that write: those that begin a writing transaction."""
    methods = inspect.getmembers(SqlStore, inspect.isfunction)
    return tuple(
        name
        for name, method in methods
        if not name.startswith("_") and "_writing()" in inspect.getsource(method)
    )


def install(points: Points, *, folder: str) -> None:
    """Put points around everything; `folder` is where changes of files count, empty for none."""

    def around(name: str, act: Callable[[], Any]) -> Any:
        with points.around(name):
            return act()

    hook_store(points)
    hook_commits(around, lambda: points.methods[-1] if points.methods else "opening")
    hook_requests(around)
    hook_signer(around)
    if folder:
        hook_files(around, folder, stray=points.reach)


def hook_store(points: Points) -> None:
    """Put points around every method of the store that writes."""
    for name in writing_methods():
        inner = getattr(SqlStore, name)

        @wraps(inner)
        def call(*args: Any, _inner: Any = inner, _name: str = name, **kwargs: Any) -> Any:
            with points.around(f"store {_name}"):
                points.methods.append(_name)
                try:
                    return _inner(*args, **kwargs)
                finally:
                    points.methods.pop()

        setattr(SqlStore, name, call)


def hook_commits(around: Around, method: Callable[[], str]) -> None:
    """Put points around COMMIT, as the driver sends it."""
    inner = DefaultDialect.do_commit

    def do_commit(self: DefaultDialect, connection: Any) -> None:
        around(f"commit of {method()}", lambda: inner(self, connection))

    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]


def hook_requests(around: Around) -> None:
    """Put points around each request; a batch is one, named after the methods in it."""
    inner = JsonRpc._post

    def post(self: JsonRpc, body: Any) -> Any:
        methods = dict.fromkeys(one["method"] for one in (body if isinstance(body, list) else [body]))
        return around(f"rpc {'+'.join(methods)}", lambda: inner(self, body))

    JsonRpc._post = post  # type: ignore[method-assign]


def hook_signer(around: Around) -> None:
    """Put points around each signature."""
    inner = LocalSigner.sign

    def sign(self: LocalSigner, transaction: Any) -> Any:
        return around("signature", lambda: inner(self, transaction))

    LocalSigner.sign = sign  # type: ignore[method-assign]


def hook_files(around: Around, folder: str, *, stray: Callable[[str], None]) -> None:
    """Put points around each change of a file below a folder; `stray` is told of one on another road."""
    hooks = FileHooks(around, Names(folder))
    for op in PATH_CALLS:
        setattr(os, op, hooks.path_call(op, getattr(os, op)))
    for op in DESCRIPTOR_CALLS:
        setattr(os, op, hooks.descriptor_call(op, getattr(os, op)))
    os.open = hooks.open_call(os.open)  # type: ignore[assignment]

    def audit(event: str, args: tuple[Any, ...]) -> None:
        name = hooks.names.name(args[0], None) if not hooks.running and _changes(event, args) else None
        if name is not None:
            stray(f"before file {event.removeprefix('os.')} {name}")

    sys.addaudithook(audit)


class FileHooks:
    """Functions to stand before those of `os`."""

    def __init__(self, around: Around, names: Names) -> None:
        self.names = names
        self.running = 0
        """Hooked calls that are running: what they do is audited, and known."""
        self._around = around

    def path_call(self, op: str, inner: Any) -> Any:
        def call(path: Any, *args: Any, **kwargs: Any) -> Any:
            name = self.names.name(path, kwargs.get("dir_fd"))
            return self._step(name and f"file {op} {name}", inner, path, *args, **kwargs)

        return call

    def descriptor_call(self, op: str, inner: Any) -> Any:
        def call(descriptor: int, *args: Any, **kwargs: Any) -> Any:
            name = self.names.of_descriptor.get(descriptor)
            return self._step(name and f"file {op} {name}", inner, descriptor, *args, **kwargs)

        return call

    def open_call(self, inner: Any) -> Any:
        def call(path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
            name = self.names.name(path, kwargs.get("dir_fd"))
            step = f"file open {name}" if name and flags & WRITING_FLAGS else None
            descriptor: int = self._step(step, inner, path, flags, *args, **kwargs)
            if name is not None:
                self.names.of_descriptor[descriptor] = name
            return descriptor

        return call

    def _step(self, name: str | None, inner: Any, *args: Any, **kwargs: Any) -> Any:
        """Call with points around it, if it is a change that counts."""

        def act() -> Any:
            self.running += 1
            try:
                return inner(*args, **kwargs)
            finally:
                self.running -= 1

        return inner(*args, **kwargs) if name is None else self._around(name, act)


def _changes(event: str, args: tuple[Any, ...]) -> bool:
    if event != "open":
        return event in AUDITED
    flags = args[2]
    return isinstance(flags, int) and bool(flags & WRITING_FLAGS)


class Names:
    """Names for files that are the same from run to run: random parts are left out."""

    def __init__(self, folder: str) -> None:
        self._folder = os.path.realpath(folder)
        self.of_descriptor: dict[int, str] = {}

    def name(self, path: Any, dir_fd: int | None) -> str | None:
        """Return the name of a path below the folder, or None."""
        if isinstance(path, int):
            return self.of_descriptor.get(path)
        if dir_fd is not None:
            base = self.of_descriptor.get(dir_fd)
            return None if base is None else _plain(f"{base}/{os.fspath(path)}")
        whole = os.path.abspath(os.fspath(path))  # noqa: PTH100 - pathlib would call what is hooked here
        if not isinstance(whole, str) or not whole.startswith(self._folder + os.sep):
            return None
        relative = whole.removeprefix(self._folder + os.sep)
        return None if Path(relative).name.startswith(("trace", "told", "attestree.db")) else _plain(relative)


def _plain(relative: str) -> str:
    relative = re.sub(r"/[a-z0-9-]+-[0-9a-f]{32}\.json$", "/NAME.json", relative)
    return re.sub(r"\b[0-9a-f]{12}\b", "BATCH", relative)
