"""
Finds every call in the package that reaches outside the process and may do something there.

Read from the syntax tree, so that no call is missed because nothing ran it: requests to a node, methods of
the store that write, changes of files and folders, programs, sockets and connections.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

RPC_METHOD = re.compile(r"(eth|net|web3|txpool|debug|evm|anvil|hardhat)_[A-Za-z]+")
"""How methods of a node are spelled."""

OS_CALLS = frozenset(
    [
        "open",
        "write",
        "pwrite",
        "fsync",
        "fdatasync",
        "rename",
        "replace",
        "mkdir",
        "makedirs",
        "unlink",
        "remove",
        "rmdir",
        "removedirs",
        "chmod",
        "fchmod",
        "chown",
        "link",
        "symlink",
        "truncate",
        "ftruncate",
        "mkfifo",
        "sendfile",
        "dup2",
        "kill",
        "fork",
        "execv",
        "execve",
        "posix_spawn",
        "setxattr",
        "utime",
    ]
)
"""Functions of `os` that change something."""

PATH_CALLS = frozenset(
    [
        "write_text",
        "write_bytes",
        "mkdir",
        "unlink",
        "rename",
        "touch",
        "rmdir",
        "symlink_to",
        "hardlink_to",
        "chmod",
        "lchmod",
    ]
)
"""Methods of a path that change something."""

WRITERS = frozenset({"write_whole", "write_new", "write_private"})
"""Our own functions that write a whole file."""

MODULES = (
    "mmap",
    "shutil",
    "tempfile",
    "subprocess",
    "socket",
    "urllib3",
    "http.client",
    "urllib.request",
    "sqlite3",
    "signal",
)
"""Modules of which every call is outside."""

HARMLESS = frozenset({"shutil.which", "shutil.disk_usage", "socket.gethostname", "socket.gethostbyname"})
"""Calls of these that only ask."""


def writing_methods(package: Path) -> frozenset[str]:
    """Return the names of the store's methods that begin a writing transaction."""
    return frozenset(
        function.name
        for path in (package / "adapters" / "sql").glob("*.py")
        for function in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(function, ast.FunctionDef)
        and not function.name.startswith("_")
        and any(_called(node) == "self._writing" for node in ast.walk(function))
    )


WORKERS = ("_executor", "_client", "_process", "_pipe")
"""How what makes shards elsewhere is called."""


def find_sites(package: Path, *, leave_out: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield `module function: call` for every call that reaches outside; `leave_out` are folders or files."""
    writes = writing_methods(package)
    for path in sorted(package.rglob("*.py")):
        place = path.relative_to(package).as_posix()
        if not place.startswith(leave_out):
            tree = ast.parse(path.read_text("utf-8"))
            for function, call in dict.fromkeys(_calls(tree, "", writes)):
                yield f"{place} {function or 'module'}: {call}"


def _calls(node: ast.AST, function: str, writes: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield the function around each outside call, and the call."""
    for child in ast.iter_child_nodes(node):
        inside = function
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inside = f"{function}.{child.name}".lstrip(".")
        if (
            isinstance(child, ast.Constant)
            and isinstance(child.value, str)
            and RPC_METHOD.fullmatch(child.value)
        ):
            yield function, f"rpc {child.value}"
        if isinstance(child, ast.Call) and (kind := _kind(child, writes)):
            yield function, kind
        yield from _calls(child, inside, writes)


def _kind(call: ast.Call, writes: frozenset[str]) -> str | None:
    """Say what a call does outside, or None."""
    name = _called(call)
    module, _, last = name.rpartition(".")
    if module == "os":
        return f"file os.{last}" if last in OS_CALLS else None
    if name.startswith(tuple(f"{one}." for one in MODULES)):
        return None if name in HARMLESS else f"machine {name}"
    if last in writes and module not in ("", "self"):
        return f"store {last}"
    if last in ("submit", "scatter", "run", "start", "send") and module.endswith(WORKERS):
        return f"engine {last}"
    if last in ("call", "batch") and module.endswith(("rpc", "rpcs", "rpcs[]", "_rpc")):
        return f"rpc {last}"
    if (
        last in WRITERS
        or last in PATH_CALLS
        or (last == "replace" and len(call.args) == 1 and not call.keywords and module)
    ):
        return f"file {last}"
    if last == "open" and any(_writes(argument) for argument in call.args):
        return "file open"
    return None


def _writes(argument: ast.expr) -> bool:
    """Say whether an argument is a mode in which a file is opened to be changed."""
    value = argument.value if isinstance(argument, ast.Constant) else None
    return (
        isinstance(value, str)
        and re.fullmatch(r"[rwaxbt+]{1,4}", value) is not None
        and bool(set(value) & set("wax+"))
    )


def _called(node: ast.AST) -> str:
    """Return the dotted name of what a call calls; empty for anything else."""
    return _dotted(node.func) if isinstance(node, ast.Call) else ""


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Subscript):
        return f"{_dotted(node.value)}[]"
    if isinstance(node, ast.Call):
        return f"{_dotted(node.func)}()"
    return "?"
