"""What tests of the Global Address List share: servers with directories, and the list as a client sees it."""
import contextlib
import re

from dav import document, prop
from ldap_server import temporary_folder
from tegu import Server, wait_for

ON = ("--gal-enabled", "--gal-interval", "1s")


@contextlib.contextmanager
def serving(*directories, settings=ON, environment=None, gal=None):
    """A server with these directories in its configuration file; commands see them and the settings too. `gal`: lines of that file."""
    with temporary_folder() as folder:
        file = folder / "tegu.yaml"
        gal = gal or ("gal:\n  enabled: true\n  interval: 1s\n" if "--gal-enabled" in settings else "")
        file.write_text(gal + ("directories:\n" + "".join(directories) if directories else ""))
        server = Server(settings=settings, environment={"TEGU_CONFIG": str(file), **(environment or {})})
        try:
            yield server.start()
            assert server.process.poll() is None, server.log()
            server.check()
        finally:
            server.close()


def books(dav, home):
    """The books in a home, in the order in which they are listed, with their rows."""
    rows = dav.propfind(home, "D:displayname", "D:owner", "D:resourcetype", "D:current-user-privilege-set", depth=1).multistatus()
    return [row for row in rows if row.path != home]


def book(dav, home):
    """The path of the list in a home, once it is there."""
    def find():
        return [row.path for row in books(dav, home) if row.text("D:displayname") == "Global Address List"]
    return wait_for(find, what="the list in the home")[0]


def cards(dav, path):
    """{FN: card} by sync and multiget, as a client fetches a book."""
    hrefs = [row.href for row in dav.sync(path).multistatus() if row.status != 404]
    if not hrefs:
        return {}
    body = document("A:addressbook-multiget", '<D:prop><A:address-data content-type="text/vcard" version="4.0"/></D:prop>'
                    + "".join(f"<D:href>{href}</D:href>" for href in hrefs))
    rows = dav.report(path, body, 1).multistatus()
    texts = [row.text("A:address-data").replace("\r\n ", "").replace("\n ", "")
             # One may have gone since the sync.
             for row in rows if row.status != 404]
    return {re.search(r"(?m)^FN:(.*?)\r?$", text)[1]: text for text in texts}


def wait_for_card(dav, path, name):
    return wait_for(lambda: cards(dav, path).get(name), what=f"the card of {name}")


def lines(card, name):
    """The values of a property."""
    return re.findall(rf"(?m)^{name}(?:;[^:\n]*)?:(.*?)\r?$", card)


def query(dav, path, text, limit=None):
    """A search as Apple's clients make it."""
    more = f"<A:limit><A:nresults>{limit}</A:nresults></A:limit>" if limit else ""
    tests = "".join(f'<A:prop-filter name="{p}"><A:text-match collation="i;unicode-casemap" match-type="contains">{text}'
                    f"</A:text-match></A:prop-filter>" for p in ("FN", "EMAIL", "NICKNAME"))
    body = document("A:addressbook-query", prop("D:getetag", "A:address-data") + f'<A:filter test="anyof">{tests}</A:filter>{more}')
    return dav.report(path, body, 1).multistatus()
