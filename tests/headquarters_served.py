"""Headquarters on a port of loopback, served by a thread of this process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sync.headquarters.serve import Server
from sync.headquarters.store.folder import Headquarters


@contextmanager
def served(
    hq: Headquarters, *, port: int = 0, intake_only: bool = False, front: str = ""
) -> Iterator[str]:
    """Its address; it has ended when the block has, however that ends."""
    server = Server(hq, "127.0.0.1", port, intake_only=intake_only, front=front)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server.address
    finally:
        server.stop()
        thread.join()
