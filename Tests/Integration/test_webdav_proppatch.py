"""PROPPATCH (H2): atomic, in order, and dead properties byte-true."""
import xml.etree.ElementTree as ET

import pytest

from dav import find, name


def raw_property(dav, path, prefixed, declaration='xmlns:X="http://example.com/ns"'):
    body = f'<D:propfind xmlns:D="DAV:" {declaration}><D:prop><{prefixed}/></D:prop></D:propfind>'
    return dav.xml("PROPFIND", path, body, 0)


@pytest.mark.parametrize("protected", ["D:getetag", "D:resourcetype", "D:getlastmodified", "D:sync-token", "CS:getctag", "D:creationdate",
                                       "D:supported-report-set", "D:current-user-principal", "D:lockdiscovery", "D:owner",
                                       "D:current-user-privilege-set", "C:supported-calendar-data", "C:max-resource-size"])
def test_a_protected_property_is_403_and_the_rest_424(user, dav, protected):
    response = dav.proppatch(user.calendar, f"<D:set><D:prop><X:one>1</X:one></D:prop></D:set><D:set><D:prop><{protected}>x</{protected}></D:prop></D:set>"
                             "<D:remove><D:prop><X:two/></D:prop></D:remove>")
    row = response.multistatus().only()
    assert row.status_of(protected) == 403
    assert row.status_of("X:one") == 424 and row.status_of("X:two") == 424
    refused = next(e for s, e in row.propstats if s == 403)
    error = refused.find(name("D:error"))
    assert error is not None and error.find(name("D:cannot-modify-protected-property")) is not None
    assert dav.propfind(user.calendar, "X:one").multistatus().only().status_of("X:one") == 404


def test_instructions_are_carried_out_in_order(user, dav):
    content = ("<D:set><D:prop><X:p>first</X:p></D:prop></D:set><D:remove><D:prop><X:p/></D:prop></D:remove>"
               "<D:set><D:prop><X:p>last</X:p><X:q>q</X:q></D:prop></D:set><D:remove><D:prop><X:q/></D:prop></D:remove>")
    row = dav.proppatch(user.calendar, content).multistatus().only()
    assert row.status_of("X:p") == 200 and row.status_of("X:q") == 200
    row = dav.propfind(user.calendar, "X:p", "X:q").multistatus().only()
    assert row.text("X:p") == "last" and row.status_of("X:q") == 404


def test_removing_what_is_not_there_is_no_error(user, dav):
    assert dav.proppatch(user.calendar, "<D:remove><D:prop><X:never/></D:prop></D:remove>").multistatus().only().status_of("X:never") == 200


@pytest.mark.parametrize("inner", [
    "", "text", "  leading and trailing  ", "line\nbreak\n", "<X:a/>", "mixed <X:b>bold</X:b> tail <X:c d='e'/> end",
    '<a xmlns="urn:default"><b/></a>', '<X:a xmlns:other="urn:o" other:attr="v&amp;&lt;&quot;"/>', "&#x1F600; € я", "<X:a>&amp;lt;</X:a>",
    '<X:a xml:space="preserve"> <X:b/> </X:a>', "]]&gt;", '<X:a attr="tab&#9;newline&#10;"/>', "&#13;cr",
])
def test_a_dead_property_comes_back_with_the_same_content(user, dav, inner):
    for path in (user.calendar, user.files):
        sent = f'<X:dead xmlns:X="http://example.com/ns" one="1" X:two="2">{inner}</X:dead>'
        assert dav.set_property(path, sent).multistatus().only().status_of("X:dead") == 200
        got = dav.propfind(path, "X:dead").multistatus().only().prop("X:dead")
        assert ET.canonicalize(ET.tostring(got)) == ET.canonicalize(ET.tostring(ET.fromstring(sent)))


@pytest.mark.parametrize("inner", [
    "text", "  leading and trailing  ", "line\nbreak\n", "<X:a/>", 'mixed <X:b>bold</X:b> tail <X:c d="e"/> end', "€ я \U0001F600", "a &amp; b &lt; c",
    '<a xmlns="urn:default"><b/></a>', '<X:a xmlns:other="urn:o" other:attr="v&amp;&lt;"/>', '<X:a xml:space="preserve"> <X:b/> </X:a>'])
def test_a_dead_property_comes_back_to_the_byte(user, dav, inner):
    """RFC 4918 §4.3, where there is one way to write it"""
    sent = f'<X:dead xmlns:X="http://example.com/ns" one="1" X:two="2">{inner}</X:dead>'
    dav.put_file(user.files + "f", b"x")
    for path in (user.files, user.files + "f", user.calendar):
        assert dav.set_property(path, sent).multistatus().only().status_of("X:dead") == 200
        assert sent.encode() in dav.propfind(path, "X:dead").decoded()


@pytest.mark.parametrize("inner,kept", [("a<!-- gone -->b", "ab"), ("a<?gone now?>b", "ab"), ("<![CDATA[<x> & y]]>", "&lt;x&gt; &amp; y"),
                                        ("<X:a b='c'></X:a>", '<X:a b="c"/>')])
def test_what_can_be_written_in_several_ways_is_written_in_one(user, dav, inner, kept):
    """docs/compatibility.md"""
    declared = '<X:dead xmlns:X="http://example.com/ns">'
    assert dav.set_property(user.files, f"{declared}{inner}</X:dead>").multistatus().only().status_of("X:dead") == 200
    assert f"{declared}{kept}</X:dead>".encode() in dav.propfind(user.files, "X:dead").decoded()


def test_prefixes_used_in_values_keep_their_meaning(user, dav):
    """A QName in text (RFC 4918 §4.3: prefixes must be kept for values that may use them)."""
    dav.set_property(user.files, '<X:dead xmlns:mine="urn:mine">mine:value</X:dead>')
    assert b'urn:mine' in raw_property(dav, user.files, "X:dead").decoded()


def test_values_of_a_megabyte(user, dav):
    """Up to 4 MiB a resource (docs/compatibility.md)"""
    value = "ж" * 500_000
    for n in range(4):
        assert dav.set_property(user.files, f"<X:big{n}>{value}</X:big{n}>").multistatus().only().status_of(f"X:big{n}") == 200
    assert dav.propfind(user.files, "X:big3").multistatus().only().text("X:big3") == value
    refused = dav.set_property(user.files, f"<X:big4>{value}</X:big4>").multistatus().only()
    assert refused.status_of("X:big4") == 507
    assert find(refused.element, "D:propstat/D:error/D:quota-not-exceeded") is not None
    assert dav.set_property(user.files, "<X:big0>small</X:big0>").multistatus().only().status_of("X:big0") == 200
    assert dav.set_property(user.files, f"<X:big4>{value}</X:big4>").multistatus().only().status_of("X:big4") == 200


def test_an_empty_element_is_a_value(user, dav):
    dav.set_property(user.files, "<X:empty/>")
    row = dav.propfind(user.files, "X:empty").multistatus().only()
    assert row.status_of("X:empty") == 200 and row.text("X:empty") == ""


def test_properties_without_namespace_are_kept(user, dav):
    body = '<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><plain xmlns="">v</plain></D:prop></D:set></D:propertyupdate>'
    assert dav.xml("PROPPATCH", user.files, body).status == 207
    row = dav.xml("PROPFIND", user.files, '<D:propfind xmlns:D="DAV:"><D:prop><plain xmlns=""/></D:prop></D:propfind>', 0).multistatus().only()
    assert row.props()["plain"].text == "v"


def test_proppatch_of_nothing_is_404(user, dav):
    assert dav.set_property(user.files + "nothing", "<X:a/>").status == 404


def test_dead_properties_are_kept_by_a_put_and_counted_as_a_change(user, dav):
    path = user.files + "kept.txt"
    dav.put_file(path, b"one")
    dav.set_property(path, "<X:tag>v</X:tag>")
    token = dav.sync_token_of(user.files)
    dav.put_file(path, b"two")
    assert dav.propfind(path, "X:tag").multistatus().only().text("X:tag") == "v"
    dav.set_property(path, "<X:tag>w</X:tag>")
    assert path in dav.sync(user.files, token).multistatus().paths()


@pytest.mark.parametrize("headers", [{"Prefer": "return=minimal"}, {"Brief": "t"}])
def test_a_minimal_answer_says_only_that_all_went_well(user, dav, headers):
    """RFC 8144 §2.2"""
    response = dav.set_property(user.calendar, "<X:a>1</X:a>", headers=headers)
    assert response.status in (200, 204, 207)
    if response.status == 207:
        assert response.multistatus().only().props() == {}
    else:
        assert response.body == b""
    failed = dav.set_property(user.calendar, "<D:getetag>x</D:getetag>", headers=headers).multistatus().only()
    assert failed.status_of("D:getetag") == 403


def test_calendar_properties_that_are_kept(user, dav):
    values = {"D:displayname": "Name ☃", "C:calendar-description": "Text", "I:calendar-color": "#ff0000ff", "I:calendar-order": "12",
              "C:schedule-calendar-transp": "<C:transparent/>", "C:calendar-timezone-id": "Europe/Berlin"}
    for key, value in values.items():
        row = dav.set_property(user.calendar, f"<{key}>{value}</{key}>").multistatus().only()
        assert row.status_of(key) == 200, key
    row = dav.propfind(user.calendar, *values).multistatus().only()
    for key, value in values.items():
        if value.startswith("<"):
            assert row.prop(key).find(name("C:transparent")) is not None
        else:
            assert row.text(key) == value, key


def test_a_time_zone_that_is_none_is_refused(user, dav):
    """RFC 4791 §5.2.2: valid-calendar-data"""
    for value in ("nonsense", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n"):
        row = dav.set_property(user.calendar, f"<C:calendar-timezone>{value}</C:calendar-timezone>").multistatus().only()
        assert row.status_of("C:calendar-timezone") in (403, 409)


def test_the_component_set_can_not_be_changed(user, dav):
    """RFC 4791 §5.2.3: protected"""
    row = dav.set_property(user.calendar, '<C:supported-calendar-component-set><C:comp name="VTODO"/></C:supported-calendar-component-set>').multistatus().only()
    assert row.status_of("C:supported-calendar-component-set") == 403
