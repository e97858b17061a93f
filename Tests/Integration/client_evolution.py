"""Evolution's data server, driven by lines of JSON: run under a D-Bus session of its own by test_client_evolution.py.

It needs the system's Python, for which Debian has the bindings (python3-gi), so it imports nothing of the tests."""
import itertools
import json
import sys
import threading

import gi

gi.require_version("EDataServer", "1.2")
gi.require_version("ECal", "2.0")
gi.require_version("EBook", "1.2")
from gi.repository import EBook, EBookContacts, ECal, EDataServer, Gio, GLib, ICalGLib  # noqa: E402

WAIT, NO_WAIT = 30, 0xFFFFFFFF
EXTENSIONS = {"calendar": EDataServer.SOURCE_EXTENSION_CALENDAR, "tasks": EDataServer.SOURCE_EXTENSION_TASK_LIST,
              "book": EDataServer.SOURCE_EXTENSION_ADDRESS_BOOK}
SOURCE_TYPES = {"calendar": ECal.ClientSourceType.EVENTS, "tasks": ECal.ClientSourceType.TASKS}


def credentials_of(user, password):
    credentials = EDataServer.NamedParameters()
    credentials.set(EDataServer.SOURCE_CREDENTIAL_USERNAME, user)
    credentials.set(EDataServer.SOURCE_CREDENTIAL_PASSWORD, password)
    return credentials


class Session:
    def __init__(self):
        self.registry = EDataServer.SourceRegistry.new_sync(None)
        self.clients, self.numbers = {}, itertools.count()

    def add(self, kind, url, user, password, certificate=None):
        """A collection by its URL, as the dialog of Evolution makes it; answers whether it can be written."""
        source = EDataServer.Source.new_with_uid(f"under-test-{next(self.numbers)}", None)
        source.set_display_name(kind)
        source.set_parent("carddav-stub" if kind == "book" else "caldav-stub")
        backend = source.get_extension(EXTENSIONS[kind])
        backend.set_backend_name("carddav" if kind == "book" else "caldav")
        parsed = GLib.Uri.parse(url, GLib.UriFlags.NONE)
        authentication = source.get_extension(EDataServer.SOURCE_EXTENSION_AUTHENTICATION)
        authentication.set_host(parsed.get_host())
        authentication.set_port(parsed.get_port())
        authentication.set_user(user)
        authentication.set_method("plain/password")
        source.get_extension(EDataServer.SOURCE_EXTENSION_SECURITY).set_secure(parsed.get_scheme() == "https")
        web = source.get_extension(EDataServer.SOURCE_EXTENSION_WEBDAV_BACKEND)
        web.set_resource_path(parsed.get_path())
        if certificate:
            # What the question "trust this certificate?" leaves behind.
            web.update_ssl_trust(parsed.get_host(), Gio.TlsCertificate.new_from_file(certificate),
                                 EDataServer.TrustPromptResponse.ACCEPT)
        self.registry.commit_source_sync(source, None)
        source = self.registry.ref_source(source.get_uid())
        if kind == "book":
            client = EBook.BookClient.connect_sync(source, NO_WAIT, None)
        else:
            client = ECal.Client.connect_sync(source, SOURCE_TYPES[kind], NO_WAIT, None)
        source.invoke_authenticate_sync(credentials_of(user, password), None)
        client.wait_for_connected_sync(WAIT, None)
        self.clients[kind] = client
        return not client.is_readonly()

    def discover(self, url, user, password, certificate):
        """{path: name} of the collections that it finds, the calendars and the books."""
        source = EDataServer.Source.new_with_uid(f"under-test-{next(self.numbers)}", None)
        parsed = GLib.Uri.parse(url, GLib.UriFlags.NONE)
        source.get_extension(EDataServer.SOURCE_EXTENSION_AUTHENTICATION).set_user(user)
        web = source.get_extension(EDataServer.SOURCE_EXTENSION_WEBDAV_BACKEND)
        web.set_uri(parsed)
        web.update_ssl_trust(parsed.get_host(), Gio.TlsCertificate.new_from_file(certificate),
                             EDataServer.TrustPromptResponse.ACCEPT)
        answer = EDataServer.webdav_discover_sources_sync(
            source, url, EDataServer.WebDAVDiscoverSupports.NONE, credentials_of(user, password), None)
        return {GLib.Uri.parse(found.href, GLib.UriFlags.NONE).get_path(): found.display_name for found in answer.out_discovered_sources}

    def refresh(self, kind):
        self.clients[kind].refresh_sync(None)

    def list(self, kind):
        """{uid: title}"""
        if kind == "book":
            _, contacts = self.clients[kind].get_contacts_sync('(contains "x-evolution-any-field" "")', None)
            return {c.get_property("id"): c.get_property("full-name") for c in contacts}
        _, found = self.clients[kind].get_object_list_sync("#t", None)
        return {c.get_uid(): c.get_summary() for c in found}

    def create(self, kind, text):
        if kind == "book":
            return self.clients[kind].add_contact_sync(EBookContacts.Contact.new_from_vcard(text), 0, None)[1]
        return self.clients[kind].create_object_sync(ICalGLib.Component.new_from_string(text), 0, None)[1]

    def rename(self, kind, uid, title):
        client = self.clients[kind]
        if kind == "book":
            contact = client.get_contact_sync(uid, None)[1]
            contact.set_property("full-name", title)
            return client.modify_contact_sync(contact, 0, None)
        component = client.get_object_sync(uid, None, None)[1]
        component.set_summary(title)
        return client.modify_object_sync(component, ECal.ObjModType.ALL, 0, None)

    def delete(self, kind, uid):
        if kind == "book":
            return self.clients[kind].remove_contact_by_uid_sync(uid, 0, None)
        return self.clients[kind].remove_object_sync(uid, None, ECal.ObjModType.ALL, 0, None)

    def instances(self, start, end):
        """[[start, title]] of the calendar between two times in seconds, as its window shows them."""
        found = []

        def one(component, begins, ends, *_):
            found.append([begins.as_ical_string(), component.get_summary()])
            return True

        self.clients["calendar"].generate_instances_sync(start, end, None, one)
        return sorted(found)


def main():
    session = Session()
    for line in sys.stdin:
        command, *arguments = json.loads(line)
        try:
            answer = {"value": getattr(session, command)(*arguments)}
        except GLib.Error as error:
            answer = {"error": f"{error.domain}: {error.message}"}
        print(json.dumps(answer), flush=True)
    loop.quit()


# Its libraries wait for signals of the bus, which the main loop of the first thread hands to them.
loop = GLib.MainLoop()
threading.Thread(target=main, daemon=True).start()
loop.run()
