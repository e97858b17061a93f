"""XML as it arrives (H1): hostile, odd and merely unusual bodies."""
import pytest

from dav import DECLARATIONS, document, name
from objects import event


def propfind(dav, path, body, content_type="application/xml; charset=utf-8", depth=0):
    return dav.xml("PROPFIND", path, body, depth, content_type=content_type)


NORMAL = '<D:propfind xmlns:D="DAV:"><D:prop><D:resourcetype/></D:prop></D:propfind>'


@pytest.mark.parametrize("body", [
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><D:propfind xmlns:D="DAV:"><D:prop><D:displayname>&e;</D:displayname></D:prop></D:propfind>',
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    '<D:propfind xmlns:D="DAV:"><D:prop><D:x>&c;</D:x></D:prop></D:propfind>',
    '<!DOCTYPE propfind SYSTEM "http://127.0.0.1:1/x.dtd"><D:propfind xmlns:D="DAV:"><D:allprop/></D:propfind>',
    '<!DOCTYPE propfind><D:propfind xmlns:D="DAV:"><D:allprop/></D:propfind>',
], ids=["external entity", "billion laughs", "external DTD", "bare DOCTYPE"])
def test_a_document_type_is_refused(user, dav, body):
    response = propfind(dav, user.calendar, body)
    assert response.status == 400, response
    assert b"root:" not in response.body


def test_xinclude_is_not_followed(user, dav):
    body = ('<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><x xmlns="urn:x"><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" '
            'href="file:///etc/passwd" parse="text"/></x></D:prop></D:set></D:propertyupdate>')
    assert dav.xml("PROPPATCH", user.calendar, body).status == 207
    back = propfind(dav, user.calendar, '<D:propfind xmlns:D="DAV:"><D:prop><x xmlns="urn:x"/></D:prop></D:propfind>')
    assert b"root:" not in back.body


@pytest.mark.parametrize("body", ["<D:propfind xmlns:D='DAV:'>", "<", "not xml", "<a></b>", '<D:propfind><D:prop/></D:propfind>',
                                  '<D:propfind xmlns:D="DAV:"><D:prop><D:a/></D:prop></D:propfind><x/>', "\x00", "<D:propfind xmlns:D=''/>",
                                  '<D:propfind xmlns:D="DAV:"/>', '<D:other xmlns:D="DAV:"/>', '<propfind/>',
                                  '<D:propfind xmlns:D="DAV:"><D:prop/><D:allprop/></D:propfind>'])
def test_what_is_no_propfind_is_refused(user, dav, body):
    assert propfind(dav, user.calendar, body).status in (400, 422)


def test_depth_of_10000_elements_is_refused(user, dav):
    body = '<D:propfind xmlns:D="DAV:"><D:prop>' + "<a>" * 10_000 + "</a>" * 10_000 + "</D:prop></D:propfind>"
    assert propfind(dav, user.calendar, body).status == 400


def test_a_body_above_the_limit_is_refused(user, dav):
    body = '<D:propfind xmlns:D="DAV:"><D:prop>' + "<D:resourcetype/>" * 2_000_000 + "</D:prop></D:propfind>"
    try:
        response = propfind(dav, user.calendar, body)
    except (BrokenPipeError, ConnectionError):
        return  # it may stop reading at once
    assert response.status == 413


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "utf-8-sig"])
def test_other_encodings_are_read(user, dav, encoding):
    """BitKinex sends UTF-16. Without a mark or a declaration a document is UTF-8."""
    declared = encoding if encoding == "iso-8859-1" else "utf-16" if encoding == "utf-16" else encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?>' + NORMAL
    body = text.encode(encoding)
    if encoding in ("utf-16-le", "utf-16-be"):
        body = (b"\xff\xfe" if encoding.endswith("le") else b"\xfe\xff") + text.replace(declared, "utf-16").encode(encoding)
    assert propfind(dav, user.calendar, body, "application/xml").status == 207


def test_a_wrong_charset_in_the_header_is_survived(user, dav):
    assert propfind(dav, user.calendar, NORMAL, 'text/xml; charset="windows-1251"').status in (207, 400)
    assert propfind(dav, user.calendar, NORMAL, "text/xml; charset=nonsense").status in (207, 400, 415)


@pytest.mark.parametrize("content_type", ["application/xml", "text/xml", "text/xml; charset=utf-8", "application/xml;charset=UTF-8", None,
                                          "application/xml; charset=\"utf-8\""])
def test_all_the_types_of_xml_are_taken(user, dav, content_type):
    assert propfind(dav, user.calendar, NORMAL, content_type).status == 207


def test_an_empty_body_is_allprop(user, dav):
    row = dav.xml("PROPFIND", user.calendar, b"", 0).multistatus().only()
    assert row.prop("D:resourcetype") is not None


def test_propname(user, dav):
    dav.set_property(user.calendar, "<X:dead>v</X:dead>")
    row = propfind(dav, user.calendar, document("D:propfind", "<D:propname/>")).multistatus().only()
    names = set(row.props())
    assert {name("D:resourcetype"), name("X:dead"), name("D:displayname")} <= names
    assert all(not (e.text or "").strip() and len(e) == 0 for e in row.props().values()), "names only"


def test_include_adds_to_allprop(user, dav):
    """RFC 4918 §9.1.6"""
    body = document("D:propfind", "<D:allprop/><D:include><D:supported-report-set/><D:acl-restrictions/></D:include>")
    row = propfind(dav, user.calendar, body).multistatus().only()
    assert row.prop("D:supported-report-set") is not None and row.prop("D:getlastmodified") is not None


def test_allprop_leaves_out_what_is_dear(user, dav):
    """RFC 4791, 6352, 3744, 6578: their properties are not in allprop."""
    row = propfind(dav, user.calendar, document("D:propfind", "<D:allprop/>")).multistatus().only()
    for absent in ("C:calendar-timezone", "C:supported-calendar-component-set", "D:sync-token", "D:current-user-privilege-set",
                   "D:supported-report-set"):
        assert row.status_of(absent) is None, absent


def test_unknown_elements_are_skipped(user, dav):
    """RFC 4918 §17"""
    body = (f'<D:propfind {DECLARATIONS}><X:new/><D:prop X:attribute="1"><D:resourcetype X:a="b"><X:deep>text</X:deep></D:resourcetype></D:prop>'
            "<X:more><D:prop><D:getetag/></D:prop></X:more></D:propfind>")
    row = propfind(dav, user.calendar, body).multistatus().only()
    assert set(row.props()) == {name("D:resourcetype")}


def test_the_same_local_name_in_another_namespace_is_another_property(user, dav):
    body = ('<propfind xmlns="DAV:"><prop><displayname/><displayname xmlns="urn:other"/><z:displayname xmlns:z="DAV:nope"/></prop></propfind>')
    row = propfind(dav, user.calendar, body).multistatus().only()
    assert name("D:displayname") in row.props()
    assert {"{urn:other}displayname", "{DAV:nope}displayname"} <= set(row.props(404))


def test_properties_without_a_namespace(user, dav):
    body = '<D:propfind xmlns:D="DAV:"><D:prop><plain xmlns=""/></D:prop></D:propfind>'
    row = propfind(dav, user.calendar, body).multistatus().only()
    assert row.status_of("D:resourcetype") is None and "plain" in row.props(404)


def test_prefixes_undeclared_and_redeclared(user, dav):
    body = ('<a:propfind xmlns:a="DAV:"><a:prop xmlns:b="urn:one"><b:x/><b:x xmlns:b="urn:two"/><b:x xmlns:b="DAV:"/></a:prop></a:propfind>')
    row = propfind(dav, user.calendar, body).multistatus().only()
    assert set(row.props(404)) == {"{urn:one}x", "{urn:two}x", "{DAV:}x"}


def test_cdata_comments_and_instructions(user, dav):
    body = ('<?xml version="1.0"?><!-- one --><?pi x?><D:propertyupdate xmlns:D="DAV:"><!-- two --><D:set><D:prop><D:displayname>'
            "a<!-- three --><![CDATA[<b> & ]]>c<?pi y?></D:displayname></D:prop></D:set></D:propertyupdate><!-- four -->")
    assert dav.xml("PROPPATCH", user.calendar, body).status == 207
    assert dav.propfind(user.calendar, "D:displayname").multistatus().only().text("D:displayname") == "a<b> & c"


def test_the_language_of_a_display_name_is_kept(user, dav):
    """RFC 4918 §4.3"""
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    dav.set_property(user.calendar, '<D:displayname xml:lang="ru">Календарь</D:displayname>')
    element = dav.propfind(user.calendar, "D:displayname").multistatus().only().prop("D:displayname")
    assert element.text == "Календарь" and element.get(lang) == "ru"
    body = document("D:propertyupdate", "<D:set><D:prop xml:lang='de'><X:title>Kalender</X:title></D:prop></D:set>")
    dav.xml("PROPPATCH", user.calendar, body)
    assert dav.propfind(user.calendar, "X:title").multistatus().only().prop("X:title").get(lang) == "de", "it is in scope"


def test_characters_that_xml_cannot_hold_never_break_an_answer(user, dav):
    """An event with control characters in it, read by multiget."""
    good = event("good")
    bad = event("bad", "bell \x07 and \x1b escape and \ufffe")
    dav.put(user.calendar + "good.ics", good)
    put = dav.put(user.calendar + "bad.ics", bad)
    assert put.status in (201, 403), put
    rows = dav.multiget(user.calendar, [user.calendar + "good.ics", user.calendar + "bad.ics"]).multistatus()
    assert rows.row(user.calendar + "good.ics").text("C:calendar-data") == good


@pytest.mark.parametrize("text", ["a]]>b", "a & b < c", "tab\there", "\u2028 line", "emoji 👨‍👩‍👧", "quote \" '"])
def test_calendar_data_is_escaped_right(user, dav, text):
    body = event("escaped", text)
    assert dav.put(user.calendar + "x.ics", body).status == 201
    row = dav.multiget(user.calendar, [user.calendar + "x.ics"]).multistatus().only()
    assert row.text("C:calendar-data").replace("\r\n", "\n") == body.replace("\r\n", "\n")


def test_calendar_data_comes_with_its_line_ends(user, dav):
    """A CR must be written as a reference, or the client's parser removes it and the ETag is of other bytes."""
    body = event("crlf")
    dav.put(user.calendar + "x.ics", body)
    row = dav.multiget(user.calendar, [user.calendar + "x.ics"]).multistatus().only()
    assert row.text("C:calendar-data") == body
