import Bytes
import ContentLines
import Testing
import VCard

@Suite("jCard: RFC 7095")
struct JCardTests {
    private func json(_ lines: [String], version: String = "4.0") throws -> String {
        let bytes = card(["UID:urn:1"] + lines, version: version)
        let text = String(utf8: JCard.json(of: try onlyCard(bytes)))
        let head = #"["vcard",[["version",{},"text","4.0"],["uid",{},"uri","urn:1"],"#
        #expect(text.hasPrefix(head))
        return String(text.dropFirst(head.count).dropLast("]]".count))
    }

    private func text(_ property: String) throws -> [String] {
        let json = #"["vcard",[\#(property),["version",{},"text","4.0"]]]"#
        return Array(unfolded(try JCard.vCard(from: [UInt8](json.utf8))).dropFirst(2).dropLast())
    }

    @Test("the example of RFC 7095 Appendix B.1, both ways")
    func example() throws {
        let lines = [
            "FN:Simon Perreault", "N:Perreault;Simon;;;ing. jr,M.Sc.", "BDAY:--0203", "ANNIVERSARY:20090808T143000-0500",
            "GENDER:M", "LANG;PREF=1:fr", "LANG;PREF=2:en", "ORG;TYPE=work:Viagenie",
            "ADR;TYPE=work:;Suite D2-630;2875 Laurier;Quebec;QC;G1V 2M2;Canada",
            "TEL;VALUE=URI;TYPE=work,voice;PREF=1:tel:+1-418-656-9254;ext=102",
            "TEL;VALUE=URI;TYPE=work,cell,voice,video,text:tel:+1-418-262-6501", "EMAIL;TYPE=work:simon.perreault@viagenie.ca",
            "GEO;TYPE=work:geo:46.772673,-71.282945",
            "KEY;TYPE=work:http://www.viagenie.ca/simon.perreault/simon.asc", "TZ;VALUE=UTC-OFFSET:-0500",
            "URL;TYPE=home:http://nomis80.org",
        ]
        let properties = #"""
            ["fn", {}, "text", "Simon Perreault"],
            ["n", {}, "text", ["Perreault", "Simon", "", "", ["ing. jr", "M.Sc."]]],
            ["bday", {}, "date-and-or-time", "--02-03"],
            ["anniversary", {}, "date-and-or-time", "2009-08-08T14:30:00-05:00"],
            ["gender", {}, "text", "M"],
            ["lang", {"pref": "1"}, "language-tag", "fr"],
            ["lang", {"pref": "2"}, "language-tag", "en"],
            ["org", {"type": "work"}, "text", "Viagenie"],
            ["adr", {"type": "work"}, "text", ["", "Suite D2-630", "2875 Laurier", "Quebec", "QC", "G1V 2M2", "Canada"]],
            ["tel", {"type": ["work", "voice"], "pref": "1"}, "uri", "tel:+1-418-656-9254;ext=102"],
            ["tel", {"type": ["work", "cell", "voice", "video", "text"]}, "uri", "tel:+1-418-262-6501"],
            ["email", {"type": "work"}, "text", "simon.perreault@viagenie.ca"],
            ["geo", {"type": "work"}, "uri", "geo:46.772673,-71.282945"],
            ["key", {"type": "work"}, "uri", "http://www.viagenie.ca/simon.perreault/simon.asc"],
            ["tz", {}, "utc-offset", "-05:00"],
            ["url", {"type": "home"}, "uri", "http://nomis80.org"]
            """#
        let quoted = lines.map { $0.replacing("TYPE=work,voice", with: "TYPE=\"work,voice\"") }
        for lines in [lines, quoted] {
            #expect(
                try JSONValue.parse([UInt8]("[\(try json(lines))]".utf8)) == JSONValue.parse([UInt8]("[\(properties)]".utf8)))
        }
        #expect(try text(properties) == lines)
    }

    @Test("values of each kind, both ways", arguments: [
        ("CONTACT.FN:Mr. John Q. Public\\, Esq.", #"["fn",{"group":"CONTACT"},"text","Mr. John Q. Public, Esq."]"#),
        ("CATEGORIES:computers,cameras", #"["categories",{},"text","computers","cameras"]"#),
        ("NICKNAME:a\\,b,c", #"["nickname",{},"text","a,b","c"]"#),
        ("ORG:A\\;B\\, C;D", #"["org",{},"text",["A;B, C","D"]]"#), ("GENDER:;it's complicated", #"["gender",{},"text",["","it's complicated"]]"#),
        ("CLIENTPIDMAP:1;urn:uuid:5", #"["clientpidmap",{},"text",["1","urn:uuid:5"]]"#),
        ("N;SORT-AS=Harten,Rene:van der Harten;Rene;J.;Sir;R.D.O.N.", #"["n",{"sort-as":["Harten","Rene"]},"text",["van der Harten","Rene","J.","Sir","R.D.O.N."]]"#),
        (
            "ADR;LABEL=123 Maple Ave^nSuite 901:;;;;;;", #"["adr",{"label":"123 Maple Ave\nSuite 901"},"text",["","","","","","",""]]"#
        ),
        ("ADR:;;a,b;Town;;;", #"["adr",{},"text",["","",["a","b"],"Town","","",""]]"#),
        ("BDAY;VALUE=TEXT:circa 1800", #"["bday",{},"text","circa 1800"]"#), ("BDAY;VALUE=DATE:1985-04", #"["bday",{},"date","1985-04"]"#),
        ("BDAY:T1230", #"["bday",{},"date-and-or-time","T12:30"]"#), ("BDAY:---22T14", #"["bday",{},"date-and-or-time","---22T14"]"#),
        ("ANNIVERSARY;VALUE=DATE-TIME:---15T094500+0100", #"["anniversary",{},"date-time","---15T09:45:00+01:00"]"#),
        ("REV:20130214T123000-05", #"["rev",{},"timestamp","2013-02-14T12:30:00-05"]"#),
        ("X-TIME;VALUE=TIME:-30", #"["x-time",{},"time","-30"]"#), ("X-B;VALUE=BOOLEAN:FALSE", #"["x-b",{},"boolean",false]"#),
        ("X-F;VALUE=FLOAT:1.30", #"["x-f",{},"float",1.30]"#), ("X-I;VALUE=INTEGER:42", #"["x-i",{},"integer",42]"#),
        ("X-CAR:Audi\\,x;y", #"["x-car",{},"unknown","Audi\\,x;y"]"#), ("BDAY:soon", #"["bday",{},"unknown","soon"]"#),
        ("PHOTO:data:image/png;base64,QQ==", #"["photo",{},"uri","data:image/png;base64,QQ=="]"#),
    ])
    func values(line: String, property: String) throws {
        #expect(try json([line]) == property)
        #expect(try text(property) == [line])
    }

    @Test("C1, C17: a card of 3.0 is one of 4.0 in JSON")
    func version3() throws {
        #expect(
            try json(["FN:A", "N:A;;;;", "EMAIL;TYPE=INTERNET,pref:a@x"], version: "3.0")
                == #"["fn",{},"text","A"],["n",{},"text",["A","","","",""]],["email",{"pref":"1"},"text","a@x"]"#)
    }

    @Test("C15: VERSION stands first and once")
    func version() throws {
        let bytes = document(["BEGIN:VCARD", "UID:urn:1", "VERSION: 4.0", "VERSION:4.1", "END:VCARD"])
        #expect(
            String(utf8: JCard.json(of: try onlyCard(bytes)))
                == #"["vcard",[["version",{},"text","4.0"],["uid",{},"uri","urn:1"]]]"#)
    }

    @Test("JSON that is no card of 4.0 is refused", arguments: [
        (#"["vcard",[]]"#, .version), (#"["vcard",[["version",{},"text","3.0"]]]"#, .version),
        (#"["vcalendar",[],[]]"#, .structure("[\"vcard\", [properties]]")), (#"["vcard",[["version",{},"text","4.0"]],[]]"#, .structure("[name, [properties]]")),
        (#"["vcard",[["version",{},"text","4.0"],["fn",{"group":"a:b"},"text","x"]]]"#, .parameter(property: "fn", name: "group")),
        (#"["vcard",[["version",{},"text","4.0"],["fn",{"group":"a\nb"},"text","x"]]]"#, .parameter(property: "fn", name: "group")),
        (#"["vcard",[["version",{},"text","4.0"],["end",{},"text","VCARD"]]]"#, .propertyName("end")),
    ] as [(String, JSONContentError)])
    func refused(json: String, error: JSONContentError) {
        #expect(throws: error) { try JCard.vCard(from: [UInt8](json.utf8)) }
    }
}
