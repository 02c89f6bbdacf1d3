"""Ending cleanly on SIGTERM and SIGINT."""

import signal
import threading
from collections.abc import Callable
from types import FrameType


def end_on_signals(stop: Callable[[], None]) -> None:
    """Call `stop` in a thread of its own when the process is told to end.

    Not in the handler: it may have interrupted a holder of a lock that `stop` needs.
    """

    def handle(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=stop, name=f"signal-{number}").start()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, handle)
        signal.signal(signal.SIGINT, handle)
