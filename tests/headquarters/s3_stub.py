"""The far end of an S3 client: objects in a dictionary, and a switch that makes it fail."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Bucket(ThreadingHTTPServer):
    """Objects by path; while `away` is set every request gets 503."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects: dict[str, bytes] = {}
        self.away = False

    @property
    def address(self) -> str:
        """As examhq.json has it."""
        return f"s3+http://127.0.0.1:{self.server_port}/batches"


class Handler(BaseHTTPRequestHandler):
    """PUT, GET and HEAD of objects."""

    protocol_version = "HTTP/1.1"
    server: Bucket

    def log_message(self, *_: object) -> None: ...

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Authorization"].startswith("AWS4-HMAC-SHA256") and not self.server.away:
            self.server.objects[self.path] = body
        self._say(503 if self.server.away else 200, b"")

    def do_GET(self) -> None:
        found = self.server.objects.get(self.path)
        if self.server.away:
            self._say(503, b"")
        elif found is None:
            self._say(404, b"<Error><Code>NoSuchKey</Code><Message>-</Message></Error>")
        else:
            self._say(200, found)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/xml")
        self.send_header("ETag", '"0"')
        self.send_header("Last-Modified", "Sat, 21 Nov 2026 00:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@contextmanager
def bucket() -> Iterator[Bucket]:
    """A store on loopback."""
    found = Bucket()
    thread = threading.Thread(target=found.serve_forever)
    thread.start()
    try:
        yield found
    finally:
        found.shutdown()
        thread.join()
        found.server_close()
