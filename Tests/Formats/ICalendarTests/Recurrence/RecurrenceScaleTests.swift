import CivilTime
import ICalendar
import Testing

@Suite("Rules of other calendars: RFC 7529")
struct RecurrenceScaleTests {
    @Test("the examples of RFC 7529 §4.3 and others of which the dates are known", arguments: [
        // The Chinese New Year.
        ("RSCALE=CHINESE;FREQ=YEARLY", "20130210", "20130210 20140131 20150219 20160208 20170128 20180216"),
        // Ethiopic: the 13th month, which has five days, or six.
        ("RSCALE=ETHIOPIC;FREQ=MONTHLY;BYMONTH=13", "20130906", "20130906 20140906 20150906 20160906"),
        // Hebrew: a birthday in Adar I, which only leap years have.
        ("RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8;SKIP=FORWARD", "20140208",
            "20140208 20150227 20160217 20170306"),
        ("RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8", "20140208", "20140208 20160217 20190213 20220209"),
        // Rosh Hashanah.
        ("RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1", "20230916", "20230916 20241003 20250923 20260912"),
        ("RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD", "20120229", "20120229 20130301 20140301 20150301 20160229"),
        ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD;BYMONTHDAY=30", "20140130",
            "20140130 20140228 20140330 20140430"),
        // The new year of Persia, of Thailand (which has the Gregorian months), and of Egypt.
        ("RSCALE=PERSIAN;FREQ=YEARLY", "20230321", "20230321 20240320 20250321 20260321"),
        ("RSCALE=BUDDHIST;FREQ=YEARLY;COUNT=2", "20240229", "20240229 20280229"),
        ("RSCALE=COPTIC;FREQ=YEARLY;INTERVAL=2", "20220911", "20220911 20240911 20260911"),
        ("RSCALE=ISLAMIC-CIVIL;FREQ=YEARLY;BYMONTH=9;BYMONTHDAY=1", "20230323", "20230323 20240311 20250301 20260218"),
    ])
    func examples(text: String, start: String, expected: String) throws {
        let expected = expected.split(separator: " ").map(String.init)
        #expect(try occurrences(text, start, first: expected.count) == expected)
    }

    @Test("the calendars that are arithmetic go on as long as dates do", arguments: [
        ("RSCALE=BUDDHIST;FREQ=YEARLY", "99990510T000000Z"), ("RSCALE=JAPANESE;FREQ=YEARLY", "99990510T000000Z"),
        ("RSCALE=ROC;FREQ=YEARLY", "99990510T000000Z"), ("RSCALE=HEBREW;FREQ=YEARLY", nil), ("RSCALE=ETHIOPIC;FREQ=YEARLY", nil),
        ("RSCALE=COPTIC;FREQ=YEARLY", nil), ("RSCALE=INDIAN;FREQ=YEARLY", nil), ("RSCALE=ISLAMIC-CIVIL;FREQ=YEARLY", nil),
        ("RSCALE=ISLAMIC-TBLA;FREQ=YEARLY", nil), ("RSCALE=PERSIAN;FREQ=YEARLY", nil),
    ])
    func farOff(rule: String, last: String?) throws {
        let set = try recurrenceSet("DTSTART:20250510T000000Z\nRRULE:\(rule)")
        for year in ["2401", "3000", "9999"] {
            let found = try starts(instances(set, from: "\(year)0101T000000Z", to: "\(year)1231T235959Z"))
            #expect((1...2).contains(found.count), "\(rule) in \(year)")
            if year == "9999", let last { #expect(found == [last]) }
        }
    }

    @Test("R5: an RSCALE that nobody knows leaves DTSTART, and its name")
    func unknown() throws {
        let set = try recurrenceSet("DTSTART:20250101T090000Z\nRRULE:RSCALE=KLINGON;FREQ=DAILY")
        #expect(set.unsupportedScale == "KLINGON")
        #expect(try starts(instances(set)) == ["20250101T090000Z"])
        #expect(try recurrenceSet("DTSTART:20250101T090000Z\nRRULE:RSCALE=HEBREW;FREQ=DAILY").unsupportedScale == nil)
    }

    @Test("what is advertised can be evaluated", arguments: RecurrenceRule.supportedCalendarScales)
    func supported(scale: String) throws {
        for frequency in ["YEARLY", "MONTHLY", "WEEKLY", "DAILY"] {
            let made = try occurrences("RSCALE=\(scale);FREQ=\(frequency);SKIP=BACKWARD", "20250110", first: 4)
            #expect(made.count == 4 && made == made.sorted())
        }
    }

    @Test("the names of RFC 7529 are there")
    func names() {
        #expect(Set(RecurrenceRule.supportedCalendarScales).isSuperset(of: [
            "GREGORIAN", "CHINESE", "HEBREW", "ETHIOPIC", "ISLAMIC-CIVIL", "PERSIAN", "COPTIC", "INDIAN",
        ]))
    }
}
