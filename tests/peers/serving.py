"""Serves a platform's program: a thread a request, on this machine only."""

from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server


class Server(ThreadingMixIn, WSGIServer):
    """Ends without waiting for whoever still asks."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """A log of what matters."""

    def log_request(self, code="-", size="-"):
        """The driver asks for the state again and again; that is no news."""
        if not self.path.startswith("/t/state"):
            super().log_request(code, size)


def serve(answers, port, greeting):
    """Until killed."""
    server = make_server("127.0.0.1", port, answers, server_class=Server, handler_class=Quiet)
    print(greeting, flush=True)
    server.serve_forever()
