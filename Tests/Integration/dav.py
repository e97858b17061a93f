"""A small WebDAV client for tests: it sends exactly what it is told, and takes answers apart without mercy."""
import base64
import gzip
import http.client
import re
import socket
import ssl
import urllib.parse
import xml.etree.ElementTree as ET
import zlib

NAMESPACES = {
    "D": "DAV:",
    "C": "urn:ietf:params:xml:ns:caldav",
    "A": "urn:ietf:params:xml:ns:carddav",
    "CS": "http://calendarserver.org/ns/",
    "I": "http://apple.com/ns/ical/",
    "ME": "http://me.com/_namespace/",
    "P": "https://bitfire.at/webdav-push",
    "X": "http://example.com/ns",
}
DECLARATIONS = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
XML_TYPE = "application/xml; charset=utf-8"


def name(prefixed):
    """`D:getetag` as ElementTree writes it."""
    prefix, local = prefixed.split(":", 1)
    return "{%s}%s" % (NAMESPACES[prefix], local)


def find(element, path):
    """`find(e, "D:a/D:b")`"""
    return element.find("/".join(name(step) for step in path.split("/")))


def find_all(element, path):
    return element.findall("/".join(name(step) for step in path.split("/")))


def document(root, content, attributes=""):
    """A request body: `document("D:propfind", "<D:allprop/>")`"""
    return f'<?xml version="1.0" encoding="utf-8"?>\n<{root} {DECLARATIONS} {attributes}>{content}</{root}>'


def prop(*names):
    return "<D:prop>" + "".join(f"<{n}/>" for n in names) + "</D:prop>"


def path_of(href):
    """An href's path, decoded, without scheme and host."""
    return urllib.parse.unquote(urllib.parse.urlsplit(href).path)


class Row:
    """One DAV:response."""

    def __init__(self, element):
        self.element = element
        hrefs = [e.text or "" for e in find_all(element, "D:href")]
        assert hrefs, "a response without href"
        self.href, self.hrefs, self.path = hrefs[0], hrefs, path_of(hrefs[0])
        status = find(element, "D:status")
        self.status = None if status is None else _status(status.text)
        self.propstats = [(_status(find(e, "D:status").text), e) for e in find_all(element, "D:propstat")]
        error = find(element, "D:error")
        self.errors = [] if error is None else [e.tag for e in error]

    def props(self, status=200):
        """{name: element} of the propstats with that status."""
        return {p.tag: p for s, e in self.propstats if s == status for p in (find(e, "D:prop") if find(e, "D:prop") is not None else ())}

    def status_of(self, prefixed):
        for status, e in self.propstats:
            if any(p.tag == name(prefixed) for p in find(e, "D:prop")):
                return status
        return None

    def prop(self, prefixed):
        """The element of a property that was found, or None."""
        return self.props().get(name(prefixed))

    def text(self, prefixed):
        element = self.prop(prefixed)
        return None if element is None else (element.text or "")

    def hrefs_of(self, prefixed):
        """The paths in a property that holds hrefs."""
        element = self.prop(prefixed)
        return None if element is None else [e.text for e in find_all(element, "D:href")]

    def resource_types(self):
        element = self.prop("D:resourcetype")
        return None if element is None else {e.tag for e in element}


def _status(text):
    found = re.fullmatch(r"HTTP/1\.1 (\d{3}) .+", text)
    assert found, f"a status of another form: {text!r}"
    return int(found[1])


class Multistatus:
    def __init__(self, body):
        self.root = ET.fromstring(body)
        assert self.root.tag == name("D:multistatus"), self.root.tag
        self.rows = [Row(e) for e in find_all(self.root, "D:response")]
        token = find(self.root, "D:sync-token")
        self.sync_token = None if token is None else token.text

    def __iter__(self):
        return iter(self.rows)

    def __len__(self):
        return len(self.rows)

    def paths(self):
        return [row.path for row in self.rows]

    def row(self, path):
        """The one response of a path (decoded)."""
        path = path_of(path)
        found = [row for row in self.rows if row.path == path]
        assert len(found) == 1, f"{len(found)} responses for {path}; there are {self.paths()[:20]}"
        return found[0]

    def only(self):
        assert len(self.rows) == 1, self.paths()[:20]
        return self.rows[0]


class Response:
    def __init__(self, method, raw):
        self.method, self.status, self.reason = method, raw.status, raw.reason
        self.headers = [(k.lower(), v) for k, v in raw.getheaders()]
        self.body = raw.read()

    def header(self, key):
        values = [v for k, v in self.headers if k == key.lower()]
        return ", ".join(values) if values else None

    @property
    def etag(self):
        return self.header("ETag")

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def decoded(self):
        """The body as it was before Content-Encoding."""
        encoding = self.header("Content-Encoding")
        if encoding in ("gzip", "x-gzip"):
            return gzip.decompress(self.body)
        return zlib.decompress(self.body) if encoding == "deflate" else self.body

    def multistatus(self):
        assert self.status == 207, f"{self.method}: {self.status} {self.text[:1000]}"
        assert self.header("Content-Type").replace(" ", "").lower() == "application/xml;charset=utf-8", self.header("Content-Type")
        return Multistatus(self.decoded())

    def errors(self):
        """The condition elements of a DAV:error body, as ElementTree names."""
        if not self.body:
            return []
        root = ET.fromstring(self.body)
        assert root.tag == name("D:error"), root.tag
        return [e.tag for e in root]

    def error(self, prefixed):
        """The condition element that must be there."""
        assert self.body, f"{self.status} without a body, wanted {prefixed}"
        root = ET.fromstring(self.body)
        assert root.tag == name("D:error"), self.text[:500]
        found = root.find(name(prefixed))
        assert found is not None, f"{self.status} {[e.tag for e in root]}, wanted {prefixed}"
        return found

    def tokens(self, header):
        """A comma list, in lower case."""
        return {t.strip().lower() for t in (self.header(header) or "").split(",") if t.strip()}

    def __repr__(self):
        return f"<{self.method} {self.status} {self.text[:300]!r}>"


def tls_context(cafile=None):
    """Without `cafile` nothing is verified, and the authorities of the system, which are slow to load, are not needed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if cafile is None:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    else:
        context.load_verify_locations(cafile)
    return context


class Connection(http.client.HTTPConnection):
    """Sends a target as it is given: tests want the odd ones too."""

    def _validate_path(self, url):
        pass


class TLSConnection(http.client.HTTPSConnection):
    def _validate_path(self, url):
        pass


class Dav:
    """One keep-alive connection to one server. `credentials` is (name, password), or None."""

    def __init__(self, url, credentials=None, timeout=60, cafile=None):
        parts = urllib.parse.urlsplit(url)
        self.url, self.scheme, self.host, self.port = url, parts.scheme, parts.hostname, parts.port
        self.credentials, self.timeout, self.cafile = credentials, timeout, cafile
        self.connection = None

    def connect(self):
        if self.scheme == "https":
            self.connection = TLSConnection(self.host, self.port, timeout=self.timeout, context=tls_context(self.cafile))
        else:
            self.connection = Connection(self.host, self.port, timeout=self.timeout)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def request(self, method, path, body=None, headers=None, **more):
        """`more` are further header fields: `If_Match="…"` is If-Match. An iterable body goes out chunked."""
        fields = {**(headers or {}), **{k.replace("_", "-"): v for k, v in more.items() if v is not None}}
        if self.credentials and not any(k.lower() == "authorization" for k in fields):
            fields["Authorization"] = basic(*self.credentials)
        if isinstance(body, str):
            body = body.encode()
        fields = {k: v.encode("utf-8") if isinstance(v, str) else v for k, v in fields.items()}
        if body is None and method in ("PUT", "POST"):
            body = b""
        fresh = self.connection is None
        for _ in range(2):
            if self.connection is None:
                self.connect()
            try:
                self.connection.request(method, path, body, fields)
                raw = self.connection.getresponse()
                response = Response(method, raw)
                if raw.will_close:
                    self.close()
                return response
            except (http.client.RemoteDisconnected, http.client.CannotSendRequest, ConnectionError, BrokenPipeError):
                # A kept connection that the server has closed meanwhile: once anew. Never twice, and never for a fresh one.
                self.close()
                if fresh:
                    raise
                fresh = True
        raise AssertionError("unreachable")

    # Methods

    def options(self, path, **more):
        return self.request("OPTIONS", path, **more)

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def head(self, path, **more):
        return self.request("HEAD", path, **more)

    def put(self, path, body, content_type="text/calendar; charset=utf-8", headers=None, **more):
        fields = {**({"Content-Type": content_type} if content_type else {}), **(headers or {})}
        return self.request("PUT", path, body, fields, **more)

    def put_card(self, path, body, **more):
        return self.put(path, body, "text/vcard; charset=utf-8", **more)

    def put_file(self, path, body, content_type="application/octet-stream", **more):
        return self.put(path, body, content_type, **more)

    def delete(self, path, **more):
        return self.request("DELETE", path, **more)

    def xml(self, method, path, body, depth=None, content_type=XML_TYPE, headers=None, **more):
        fields = {**({"Content-Type": content_type} if content_type else {}), **(headers or {})}
        if depth is not None:
            fields["Depth"] = str(depth)
        return self.request(method, path, body, fields, **more)

    def propfind(self, path, *names, depth=0, **more):
        """`propfind("/", "D:getetag")`; without names: allprop by an empty body."""
        body = document("D:propfind", prop(*names)) if names else None
        return self.xml("PROPFIND", path, body, depth, **more)

    def proppatch(self, path, content, **more):
        """`content`: D:set and D:remove elements."""
        return self.xml("PROPPATCH", path, document("D:propertyupdate", content), **more)

    def set_property(self, path, content, **more):
        return self.proppatch(path, f"<D:set><D:prop>{content}</D:prop></D:set>", **more)

    def report(self, path, body, depth=None, **more):
        return self.xml("REPORT", path, body, depth, **more)

    def multiget(self, path, hrefs, *names, depth=1, **more):
        """calendar-multiget; `names` default to the ETag and the data."""
        names = names or ("D:getetag", "C:calendar-data")
        content = prop(*names) + "".join(f"<D:href>{escaped(h)}</D:href>" for h in hrefs)
        return self.report(path, document("C:calendar-multiget", content), depth, **more)

    def card_multiget(self, path, hrefs, *names, depth=1, **more):
        names = names or ("D:getetag", "A:address-data")
        content = prop(*names) + "".join(f"<D:href>{escaped(h)}</D:href>" for h in hrefs)
        return self.report(path, document("A:addressbook-multiget", content), depth, **more)

    def calendar_query(self, path, component, *names, depth=1, start=None, end=None, **more):
        """`start` and `end`: those of a time-range, in UTC."""
        span = "".join(f' {key}="{value}"' for key, value in (("start", start), ("end", end)) if value)
        inner = f"<C:time-range{span}/>" if span else ""
        filters = (f'<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="{component}">{inner}</C:comp-filter></C:comp-filter>'
                   "</C:filter>")
        return self.report(path, document("C:calendar-query", prop(*(names or ("D:getetag",))) + filters), depth, **more)

    def sync(self, path, token="", *names, limit=None, level="1", depth=0, **more):
        content = f"<D:sync-token>{escaped(token)}</D:sync-token><D:sync-level>{level}</D:sync-level>"
        if limit is not None:
            content += f"<D:limit><D:nresults>{limit}</D:nresults></D:limit>"
        return self.report(path, document("D:sync-collection", content + prop(*(names or ("D:getetag",)))), depth, **more)

    def mkcol(self, path, body=None, **more):
        return self.xml("MKCOL", path, body, content_type=XML_TYPE if body else None, **more)

    def make_calendar(self, path, *components, properties="", **more):
        """MKCALENDAR; `properties` are further property elements."""
        inner = properties
        if components:
            inner += ("<C:supported-calendar-component-set>" + "".join(f'<C:comp name="{c}"/>' for c in components)
                      + "</C:supported-calendar-component-set>")
        body = document("C:mkcalendar", f"<D:set><D:prop>{inner}</D:prop></D:set>") if inner else None
        return self.xml("MKCALENDAR", path, body, **more)

    def make_book(self, path, properties="", **more):
        content = f"<D:set><D:prop><D:resourcetype><D:collection/><A:addressbook/></D:resourcetype>{properties}</D:prop></D:set>"
        return self.mkcol(path, document("D:mkcol", content), **more)

    def copy(self, path, destination, **more):
        return self.request("COPY", path, Destination=self.absolute(destination), **more)

    def move(self, path, destination, **more):
        return self.request("MOVE", path, Destination=self.absolute(destination), **more)

    def absolute(self, path):
        return path if "://" in path else self.url + path

    def lock(self, path, scope="exclusive", depth="infinity", owner="<D:href>mailto:tests@example.org</D:href>", **more):
        content = f"<D:lockscope><D:{scope}/></D:lockscope><D:locktype><D:write/></D:locktype><D:owner>{owner}</D:owner>"
        return self.xml("LOCK", path, document("D:lockinfo", content), depth, **more)

    def unlock(self, path, token, **more):
        return self.request("UNLOCK", path, headers={"Lock-Token": f"<{token}>"}, **more)

    # What tests ask for all the time

    def etag_of(self, path):
        return self.propfind(path, "D:getetag").multistatus().only().text("D:getetag")

    def sync_token_of(self, path):
        return self.propfind(path, "D:sync-token").multistatus().only().text("D:sync-token")

    def children(self, path):
        """The decoded paths one level below."""
        rows = self.propfind(path, "D:resourcetype", depth=1).multistatus().paths()
        return sorted(p for p in rows if p.rstrip("/") != path_of(path).rstrip("/"))


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def lock_token(response):
    """The token that a LOCK gave, without its brackets."""
    found = re.fullmatch(r"<(.+)>", response.header("Lock-Token") or "")
    assert found, response.headers
    return found[1]


def raw_exchange(host, port, data, timeout=20, tls=False, until_close=True):
    """Bytes out, bytes in, on a connection of its own: for what no HTTP library would send."""
    with socket.create_connection((host, port), timeout=timeout) as plain:
        connection = plain
        if tls:
            connection = tls_context().wrap_socket(plain)
        connection.sendall(data)
        answer = b""
        while True:
            try:
                piece = connection.recv(65536)
            except (TimeoutError, ConnectionError):
                break
            if not piece:
                break
            answer += piece
            if not until_close and b"\r\n\r\n" in answer:
                break
        return answer
