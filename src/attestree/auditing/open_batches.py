"""
Checks the members of open batches at rest: each has its file, as it was handed out.

Decides on batches that are not sealed yet; once they are, their folder is checked instead. Files of which
the store knows nothing are no fault: a server was killed before it answered. Source: DESIGN section 9;
docs/adr/0008.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator, Mapping

from attestree.errors import CorruptionError
from attestree.ports.by_api import JoinedDocuments, OpenBatchStore


def check_open_batches(
    store: OpenBatchStore,
    documents: Mapping[bytes, JoinedDocuments],
    *,
    name_of: Callable[[int, str], str],
    checksum_of: Callable[[bytes, bytes], bytes],
) -> Iterator[CorruptionError]:
    """
    Yield a fault for each member whose file is gone, or is not what was handed out.

    Args:
        store: Knows the members.
        documents: Their files, by issuer.
        name_of: Given number and token, returns the name of a file.
        checksum_of: Given the batch's seed and a file, returns what the store must have.

    Raises:
        FolderUnavailableError: The disk did not answer.
    """
    for opened in store.fetch_open_batches():
        batch, files = store.fetch_batch(opened.batch_id), documents.get(opened.issuer)
        if batch is None or files is None or batch.seed is None or batch.root is not None:
            continue
        for joined in store.fetch_members(batch.id):
            try:
                octets = files.read(batch.id, name_of(joined.index, joined.token))
            except CorruptionError as fault:
                yield CorruptionError(fault.code, **{**fault.values, "batch": batch.id})
                continue
            if not hmac.compare_digest(checksum_of(batch.seed, octets), joined.checksum):
                yield CorruptionError("joined.changed", index=joined.index, batch=batch.id)
