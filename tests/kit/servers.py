"""Servers below HTTP, which say what a test wants."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

Speak = Callable[[socket.socket], None]


@contextlib.contextmanager
def speaking(speak: Speak) -> Iterator[str]:
    """Run a server below HTTP."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection, contextlib.suppress(OSError):
                    speak(connection)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.close()


def say(raw: bytes) -> Speak:
    def speak(connection: socket.socket) -> None:
        connection.recv(100_000)
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        wait(connection)  # to close over what comes in would take back what was said

    return speak


def drip(raw: bytes) -> Speak:
    def speak(connection: socket.socket) -> None:
        connection.sendall(raw)
        for _ in range(100):
            time.sleep(0.05)
            connection.sendall(b"a")

    return speak


def wait(connection: socket.socket) -> None:
    while connection.recv(100_000):
        pass
