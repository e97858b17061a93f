"""How programs set themselves up: Thunderbird's autoconfig, Outlook's autodiscover, Apple's profiles, each by its own request."""
import http.client
import plistlib
import subprocess
import urllib.parse
import xml.etree.ElementTree as ET

import pytest

from dav import tls_context
from ldap_server import Authority
from tegu import DOMAIN, serving

HOST = "mail.example.org"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    authority = Authority(tmp_path_factory.mktemp("ca"))
    with serving("--host-name", HOST, "--tls-certificate", str(authority.folder / "cert.pem"), "--tls-key",
                 str(authority.folder / "key.pem"), "--discovery-submissions-port", "465") as server:
        server.authority = authority
        yield server


def ask(server, method, target, body=None, headers=None, tls=True):
    if tls:
        connection = http.client.HTTPSConnection(server.host, server.tls_port, context=tls_context(), timeout=30)
    else:
        connection = http.client.HTTPConnection(server.host, server.port, timeout=30)
    try:
        connection.request(method, target, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def no_namespaces(bytes_):
    root = ET.fromstring(bytes_)
    for element in root.iter():
        element.tag = element.tag.split("}")[-1]
    return root


@pytest.mark.parametrize("target, host", [
    (f"/mail/config-v1.1.xml?emailaddress=anna%40{DOMAIN}", f"autoconfig.{DOMAIN}"),
    (f"/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress=anna%40{DOMAIN}", DOMAIN),
    ("/.well-known/autoconfig/mail/config-v1.1.xml", DOMAIN),
])
def test_thunderbird(site, target, host):
    status, headers, body = ask(site, "GET", target, headers={"Host": host, "User-Agent": "Thunderbird/128.5.0"})
    assert status == 200 and headers["Content-Type"].startswith("text/xml")
    root = ET.fromstring(body)
    assert root.tag == "clientConfig" and root.get("version") == "1.1"
    provider = root.find("emailProvider")
    assert provider.get("id") == DOMAIN == provider.findtext("domain")
    incoming, outgoing = provider.find("incomingServer"), provider.find("outgoingServer")
    assert (incoming.get("type"), incoming.findtext("hostname"), incoming.findtext("port")) == ("imap", HOST, str(site.imaps_port))
    assert (outgoing.get("type"), outgoing.findtext("hostname"), outgoing.findtext("port")) == ("smtp", HOST, "465")
    for server in (incoming, outgoing):
        assert server.findtext("socketType") == "SSL" and server.findtext("authentication") == "password-cleartext"
        assert server.findtext("username") == "%EMAILADDRESS%"
    for element, kind in (("calendar", "caldav"), ("addressBook", "carddav")):
        found = root.find(element)
        assert found.get("type") == kind and found.findtext("serverURL") == f"https://{HOST}:{site.tls_port}/"


OUTLOOK = f"""<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request>
<EMailAddress>{{}}</EMailAddress><AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/{{}}</AcceptableResponseSchema>
</Request></Autodiscover>"""
OUTLOOK_HEADERS = {"Content-Type": "text/xml", "User-Agent": "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)",
                   "X-MS-CookieUri-Requested": "t", "Host": f"autodiscover.{DOMAIN}"}


def outlook(site, address, schema="outlook/responseschema/2006a"):
    status, headers, body = ask(site, "POST", "/Autodiscover/Autodiscover.xml", OUTLOOK.format(address, schema), OUTLOOK_HEADERS)
    assert status == 200 and headers["Content-Type"].startswith("text/xml")
    return body


def test_outlook(site):
    body = outlook(site, f"anna@{DOMAIN}")
    assert b'xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"' in body
    account = no_namespaces(body).find("Response/Account")
    assert account.findtext("AccountType") == "email" and account.findtext("Action") == "settings"
    found = {p.findtext("Type"): (p.findtext("Server"), p.findtext("Port"), p.findtext("LoginName"), p.findtext("SSL"))
             for p in account.findall("Protocol")}
    assert found == {"IMAP": (HOST, str(site.imaps_port), f"anna@{DOMAIN}", "on"), "SMTP": (HOST, "465", f"anna@{DOMAIN}", "on")}


def test_what_outlook_is_refused(site):
    for body, code in ((outlook(site, "anna@example.com"), "500"), (outlook(site, f"anna@{DOMAIN}", "mobilesync/responseschema/2006"), "601"),
                       (ask(site, "POST", "/autodiscover/autodiscover.xml", b"\xff<")[2], "600")):
        assert no_namespaces(body).findtext("Response/Error/ErrorCode") == code
    status, headers, _ = ask(site, "GET", "/autodiscover/autodiscover.xml", headers={"Host": f"autodiscover.{DOMAIN}"}, tls=False)
    assert status == 302 and headers["Location"] == f"https://{HOST}:{site.tls_port}/autodiscover/autodiscover.xml"
    status, _, body = ask(site, "GET", f"/autodiscover/autodiscover.json/v1.0/anna@{DOMAIN}?Protocol=ActiveSync&RedirectCount=1")
    assert status == 400 and b"InvalidProtocol" in body
    assert ask(site, "POST", "/autodiscover/autodiscover.xml", b"x" * 70_000)[0] == 413


def profile(body, authority, tmp_path):
    """What is signed, where the test's authority vouches for who signed it."""
    (tmp_path / "profile").write_bytes(body)
    done = subprocess.run(["openssl", "cms", "-verify", "-inform", "DER", "-in", "profile", "-CAfile", authority.file, "-purpose", "any"],
                          cwd=tmp_path, capture_output=True)
    assert done.returncode == 0, done.stderr
    return plistlib.loads(done.stdout)


def test_apple(site, tmp_path):
    address = f"anna+x@{DOMAIN}"
    status, headers, body = ask(site, "GET", "/apple.mobileconfig?address=" + urllib.parse.quote(address),
                                headers={"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Safari/604.1"})
    assert status == 200 and headers["Content-Type"] == "application/x-apple-aspen-config"
    found = profile(body, site.authority, tmp_path)
    assert found["PayloadType"] == "Configuration" and found["PayloadVersion"] == 1
    payloads = {p["PayloadType"]: p for p in found["PayloadContent"]}
    assert set(payloads) == {"com.apple.mail.managed", "com.apple.caldav.account", "com.apple.carddav.account"}
    assert len({p["PayloadUUID"] for p in [found, *payloads.values()]}) == 4
    mail = payloads["com.apple.mail.managed"]
    assert (mail["EmailAccountType"], mail["IncomingMailServerHostName"], mail["IncomingMailServerPortNumber"],
            mail["IncomingMailServerUseSSL"], mail["IncomingMailServerUsername"]) == ("EmailTypeIMAP", HOST, site.imaps_port, True, address)
    assert (mail["OutgoingMailServerHostName"], mail["OutgoingMailServerPortNumber"]) == (HOST, 465)
    for kind in ("CalDAV", "CardDAV"):
        account = payloads[f"com.apple.{kind.lower()}.account"]
        assert (account[f"{kind}HostName"], account[f"{kind}Port"], account[f"{kind}UseSSL"],
                account[f"{kind}Username"]) == (HOST, site.tls_port, True, address)
    assert not any("Password" in key and key != "OutgoingPasswordSameAsIncomingPassword" for p in payloads.values() for key in p)
    again = profile(ask(site, "GET", "/apple.mobileconfig?address=" + urllib.parse.quote(address))[2], site.authority, tmp_path)
    assert again == found, "one that is installed again replaces the first"


def test_without_a_certificate_of_the_administrator_s_a_profile_is_not_signed(server):
    body = ask(server, "GET", f"/apple.mobileconfig?address=anna@{DOMAIN}")[2]
    assert plistlib.loads(body)["PayloadType"] == "Configuration"


def test_nobody_learns_who_is_there(site):
    here = site.new_user("present")
    for target in ("/mail/config-v1.1.xml?emailaddress=", "/apple.mobileconfig?address="):
        ours = ask(site, "GET", target + here.address)
        assert (ours[0], ask(site, "GET", target + f"absent@{DOMAIN}")[0]) == (200, 200)
        assert ask(site, "GET", target + "present@example.com")[0] == 404
    assert outlook(site, here.address).replace(b"present", b"absentx") == outlook(site, f"absentx@{DOMAIN}")


def test_the_place_is_printed_for_the_dns(site):
    done = site.run("dns", DOMAIN, "--host", HOST, "--imap-tls-listen", "127.0.0.1:993", "--discovery-submissions-port", "465",
                    "--discovery-https-port", "443")
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    for line in (f"autoconfig.{DOMAIN}. 3600 IN CNAME {HOST}.", f"autodiscover.{DOMAIN}. 3600 IN CNAME {HOST}.",
                 f"_autodiscover._tcp.{DOMAIN}. 3600 IN SRV 0 1 443 {HOST}.", f"_imaps._tcp.{DOMAIN}. 3600 IN SRV 0 1 993 {HOST}.",
                 f"_submissions._tcp.{DOMAIN}. 3600 IN SRV 0 1 465 {HOST}.", f"_imap._tcp.{DOMAIN}. 3600 IN SRV 0 0 0 ."):
        assert line in lines, done.out
