import Bytes
import ContentLines
import Testing
import VCard

@Suite("vCard 3.0 and 4.0: properties that both have, each in its way")
struct VersionPairTests {
    /// Whoever goes from the first to the second comes back to the first.
    static let pairs: [(version3: [String], version4: [String])] = [
        // C3: what is preferred.
        (["EMAIL;TYPE=INTERNET,pref:a@x"], ["EMAIL;PREF=1:a@x"]),
        (["EMAIL;TYPE=INTERNET,work:a@x"], ["EMAIL;TYPE=work:a@x"]),
        (["EMAIL;TYPE=x400:a"], ["EMAIL;TYPE=x400:a"]),
        (["TEL;TYPE=HOME,VOICE,pref:1", "TEL;PREF=2:2"], ["TEL;TYPE=HOME,VOICE;PREF=1:1", "TEL;PREF=2:2"]),
        (["TEL;PREF=5;TYPE=pref:1", "TEL;PREF=9:2"], ["TEL;PREF=5:1", "TEL;PREF=9:2"]),
        // C4: groups and Apple's labels.
        (
            ["item1.EMAIL;TYPE=INTERNET:a@x", "item1.X-ABLabel:_$!<Work>!$_"],
            ["item1.EMAIL:a@x", "item1.X-ABLabel:_$!<Work>!$_"]
        ),
        // C5: bytes, and where they are.
        (["PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ"], ["PHOTO:data:image/jpeg;base64,/9j/4AAQ"]),
        (
            ["PHOTO;X-ABCROP-RECTANGLE=ABClipRect_1&0&0&9&9&x;ENCODING=b;TYPE=PNG:iVBORw0KGgo="],
            ["PHOTO;X-ABCROP-RECTANGLE=ABClipRect_1&0&0&9&9&x:data:image/png;base64,iVBORw0KGgo="]
        ),
        (["LOGO;ENCODING=b:AAAA"], ["LOGO:data:application/octet-stream;base64,AAAA"]),
        (["PHOTO;VALUE=uri:http://x/a.jpg"], ["PHOTO:http://x/a.jpg"]),
        (["PHOTO;VALUE=uri;TYPE=GIF:http://x/a"], ["PHOTO;MEDIATYPE=image/gif:http://x/a"]),
        (["SOUND;ENCODING=b;TYPE=BASIC:QQ=="], ["SOUND:data:audio/basic;base64,QQ=="]),
        (["KEY;ENCODING=b;TYPE=PGP:QQ=="], ["KEY:data:application/pgp-keys;base64,QQ=="]),
        (["KEY;ENCODING=b;TYPE=X509:QQ=="], ["KEY:data:application/pkix-cert;base64,QQ=="]),
        (["KEY;VALUE=uri;TYPE=work:http://x/k"], ["KEY;TYPE=work:http://x/k"]),
        (["PHOTO;ENCODING=b;TYPE=home,JPEG:QQ=="], ["PHOTO;TYPE=home:data:image/jpeg;base64,QQ=="]),
        // C7: groups of cards.
        (
            ["X-ADDRESSBOOKSERVER-KIND:group", "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:5E0D"],
            ["KIND:group", "MEMBER:urn:uuid:5E0D"]
        ),
        (["X-KIND:org", "X-MEMBER;PREF=1:mailto:a@x"], ["KIND:org", "MEMBER;PREF=1:mailto:a@x"]),
        // C8: days.
        (["BDAY:1996-04-15"], ["BDAY:19960415"]),
        (["BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-15"], ["BDAY:--0415"]),
        (["BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29"], ["BDAY:--0229"]),
        (["BDAY;VALUE=date-time:1953-10-15T23:10:00Z"], ["BDAY:19531015T231000Z"]),
        (["BDAY;VALUE=date-time:1987-09-27T08:30:00-06:00"], ["BDAY:19870927T083000-0600"]),
        (["BDAY;X-VCARD4-VALUE=19531015T2310:1953-10-15"], ["BDAY:19531015T2310"]),
        (["X-BDAY:1953"], ["BDAY:1953"]), (["X-BDAY:1953-10"], ["BDAY:1953-10"]), (["X-BDAY:---15"], ["BDAY:---15"]),
        (["X-BDAY;VALUE=text:circa 1800"], ["BDAY;VALUE=text:circa 1800"]),
        (["X-BDAY;CALSCALE=hebrew:57560101"], ["BDAY;CALSCALE=hebrew:57560101"]),
        (["X-ANNIVERSARY:2009-08-08"], ["ANNIVERSARY:20090808"]),
        (["X-EVOLUTION-ANNIVERSARY:2009-08-08"], ["ANNIVERSARY;X-VCARD3-NAME=X-EVOLUTION-ANNIVERSARY:20090808"]),
        (
            ["item1.X-ABDATE;type=pref:2009-08-08", "item1.X-ABLabel:_$!<Anniversary>!$_"],
            ["item1.ANNIVERSARY;X-VCARD3-NAME=X-ABDATE;PREF=1:20090808", "item1.X-ABLabel:_$!<Anniversary>!$_"]
        ),
        (["item1.X-ABDATE:2009-08-08", "item1.X-ABLabel:Exam"], ["item1.X-ABDATE:2009-08-08", "item1.X-ABLabel:Exam"]),
        (["X-ANNIVERSARY:2009"], ["ANNIVERSARY:2009"]),
        (["X-DEATHDATE:--0101", "X-BIRTHPLACE:Babies'R'Us"], ["DEATHDATE:--0101", "BIRTHPLACE:Babies'R'Us"]),
        // C9: addresses.
        (
            ["ADR;TYPE=work:;;1 Rd;Town;;;", "LABEL;TYPE=work:1 Rd\\nTown\\, \"X\""],
            ["ADR;TYPE=work;LABEL=\"1 Rd^nTown, ^'X^'\":;;1 Rd;Town;;;"]
        ),
        (["LABEL;TYPE=home:1 Rd"], ["ADR;TYPE=home;LABEL=1 Rd;X-VCARD3-NAME=LABEL:;;;;;;"]),
        (["ADR;GEO=\"geo:1,2\";TZ=\"-05:00\":;;1 Rd;;;;"], ["ADR;GEO=\"geo:1,2\";TZ=\"-05:00\":;;1 Rd;;;;"]),
        (
            ["ADR;X-VCARD4-VALUE=\";;1 Rd;Town;;;;;;;1;Rd;;;;;;\":;;1 Rd;Town;;;"],
            ["ADR:;;1 Rd;Town;;;;;;;1;Rd;;;;;;"]
        ),
        // C10: telephones.
        (["TEL:+1 (555) 01 00 x 5"], ["TEL:+1 (555) 01 00 x 5"]),
        (
            ["TEL;TYPE=work;X-VCARD4-VALUE=\"tel:+1-418-656-9254;ext=102\":+1-418-656-9254 ext. 102"],
            ["TEL;TYPE=work;VALUE=uri:tel:+1-418-656-9254;ext=102"]
        ),
        (["TEL;VALUE=uri:sip:a@x"], ["TEL;VALUE=uri:sip:a@x"]),
        // C11: messaging.
        (["X-SKYPE:a b"], ["IMPP;X-VCARD3-NAME=X-SKYPE:skype:a%20b"]),
        (["X-JABBER;TYPE=HOME,pref:a@x"], ["IMPP;TYPE=HOME;X-VCARD3-NAME=X-JABBER;PREF=1:xmpp:a@x"]),
        (["IMPP;X-SERVICE-TYPE=AIM:aim:a", "X-AIM:a"], ["IMPP;X-SERVICE-TYPE=AIM:aim:a", "X-AIM:a"]),
        (
            ["X-SOCIALPROFILE;TYPE=twitter;X-USER=a:http://twitter.com/a"],
            ["SOCIALPROFILE;SERVICE-TYPE=twitter;USERNAME=a:http://twitter.com/a"]
        ),
        // C12: what only version 4.0 has.
        (["X-LANG;PREF=1:fr", "X-LANG;PREF=2:en"], ["LANG;PREF=1:fr", "LANG;PREF=2:en"]),
        (["X-GENDER:M;Fellow", "X-GRAMGENDER:neuter"], ["GENDER:M;Fellow", "GRAMGENDER:neuter"]),
        (["TEL;PID=1.1;ALTID=2:1", "X-CLIENTPIDMAP:1;urn:uuid:3"], ["TEL;PID=1.1;ALTID=2:1", "CLIENTPIDMAP:1;urn:uuid:3"]),
        (["X-RELATED;TYPE=friend:urn:uuid:f"], ["RELATED;TYPE=friend:urn:uuid:f"]),
        (["X-XML:<a xmlns=\"b\"/>", "X-PRONOUNS:xe/xir"], ["XML:<a xmlns=\"b\"/>", "PRONOUNS:xe/xir"]),
        (["X-HOBBY;LEVEL=high:reading", "X-CREATED:20220705T093412Z"], ["HOBBY;LEVEL=high:reading", "CREATED:20220705T093412Z"]),
        (["X-FN;LANGUAGE=jp;ALTID=1:B"], ["FN;LANGUAGE=jp;ALTID=1:B"]),
        (["X-CONTACT-URI;PREF=1:mailto:a@x"], ["CONTACT-URI;PREF=1:mailto:a@x"]),
        // What only version 3.0 has.
        (["MAILER:a", "CLASS:PUBLIC", "NAME:b", "PROFILE:VCARD"], ["X-MAILER:a", "X-CLASS:PUBLIC", "X-NAME:b", "X-PROFILE:VCARD"]),
        (["AGENT;VALUE=uri:CID:a"], ["RELATED;TYPE=agent:CID:a"]),
        (["AGENT:BEGIN:VCARD\\nFN:B\\nEND:VCARD\\n"], ["RELATED;VALUE=text;TYPE=agent:BEGIN:VCARD\\nFN:B\\nEND:VCARD\\n"]),
        // C14: times, keys and places.
        (["REV:19951031T222710Z"], ["REV:19951031T222710Z"]),
        (["GEO:37.386013;-122.082932"], ["GEO:geo:37.386013,-122.082932"]),
        (["GEO;X-VCARD4-VALUE=\"geo:1.5,2,30;u=10\":1.5;2"], ["GEO:geo:1.5,2,30;u=10"]),
        (["X-GEO:http://x/place"], ["GEO:http://x/place"]), (["GEO:here"], ["X-GEO:here"]),
        (["TZ:-05:00"], ["TZ;VALUE=utc-offset:-0500"]), (["TZ;VALUE=text:Raleigh/North America"], ["TZ:Raleigh/North America"]),
        // C13 and all the rest: not a byte is touched.
        (["ORG:ABC\\, Inc.;N\\;A;x", "NICKNAME:a,b\\,c", "NOTE:a\\nb\\\\"], ["ORG:ABC\\, Inc.;N\\;A;x", "NICKNAME:a,b\\,c", "NOTE:a\\nb\\\\"]),
        (["X-FOO;BAR=1;TYPE=pref:x;y", "CATEGORIES:a,b", "PRODID:-//X//EN"], ["X-FOO;BAR=1;TYPE=pref:x;y", "CATEGORIES:a,b", "PRODID:-//X//EN"]),
    ]

    @Test("from 3.0 to 4.0", arguments: pairs.indices)
    func up(index: Int) throws {
        #expect(try toVersion4(Self.pairs[index].version3).map(sorted) == Self.pairs[index].version4.map(sorted))
    }

    @Test("from 4.0 to 3.0", arguments: pairs.indices)
    func down(index: Int) throws {
        #expect(try toVersion3(Self.pairs[index].version4).map(sorted) == Self.pairs[index].version3.map(sorted))
    }
}
