"""A foreign server for subscriptions: what it answers is set by the test, and it remembers what it was asked."""
import http.server
import ssl
import threading


class Source:
    """Serves `content` at every path that `answers` has nothing for. `answers`: {path: (status, headers, body)}."""

    def __init__(self, content=b"", tls=None):
        self.content, self.etag, self.headers, self.answers, self.requests = content, None, {}, {}, []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                outer.requests.append((self.path, dict(self.headers.items())))
                status, headers, body = outer.answer(self)
                self.send_response(status)
                for key, value in headers.items():
                    self.send_header(key, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.scheme = "https" if tls else "http"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def answer(self, request):
        if request.path in self.answers:
            return self.answers[request.path]
        headers = {"Content-Type": "text/calendar", **self.headers}
        if self.etag:
            headers["ETag"] = self.etag
            if request.headers.get("If-None-Match") == self.etag:
                return 304, headers, b""
        return 200, headers, self.content

    def url(self, path="/holidays.ics", host="127.0.0.1"):
        return f"{self.scheme}://{host}:{self.port}{path}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()
