import Testing

/// The examples of RFC 5545 §3.8.5.3 and §3.3.10, in their order. Where UNTIL is in UTC
/// there, it is written here as New York has it.
struct RecurrenceExample: CustomTestStringConvertible, Sendable {
    let name: String
    let rule: String
    let start: String
    /// Days, at the time of DTSTART; or times, those after the first of a day without it; or how many
    /// there are, the first and the last.
    let expected: String

    init(_ name: String, _ rule: String, _ start: String, _ expected: String) {
        self.name = name
        self.rule = rule
        self.start = start
        self.expected = expected
    }

    var testDescription: String { name }

    static let all = [
        RecurrenceExample(
            "Daily for 10 occurrences",
            "FREQ=DAILY;COUNT=10", "19970902T090000",
            "19970902 19970903 19970904 19970905 19970906 19970907 19970908 19970909 19970910 19970911"),
        RecurrenceExample(
            "Daily until December 24, 1997",
            "FREQ=DAILY;UNTIL=19971224T000000", "19970902T090000",
            "113: 19970902 19971223"),
        RecurrenceExample(
            "Every other day - forever",
            "FREQ=DAILY;INTERVAL=2", "19970902T090000",
            """
            19970902 19970904 19970906 19970908 19970910 19970912 19970914 19970916 19970918 19970920 19970922 \
            19970924 19970926 19970928 19970930 19971002 19971004 19971006 19971008 19971010
            """),
        RecurrenceExample(
            "Every 10 days, 5 occurrences",
            "FREQ=DAILY;INTERVAL=10;COUNT=5", "19970902T090000",
            "19970902 19970912 19970922 19971002 19971012"),
        RecurrenceExample(
            "Every day in January, for 3 years",
            "FREQ=YEARLY;UNTIL=20000131T140000;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA", "19980101T090000",
            "93: 19980101 20000131"),
        RecurrenceExample(
            "Every day in January, for 3 years (daily)",
            "FREQ=DAILY;UNTIL=20000131T140000;BYMONTH=1", "19980101T090000",
            "93: 19980101 20000131"),
        RecurrenceExample(
            "Weekly for 10 occurrences",
            "FREQ=WEEKLY;COUNT=10", "19970902T090000",
            "19970902 19970909 19970916 19970923 19970930 19971007 19971014 19971021 19971028 19971104"),
        RecurrenceExample(
            "Weekly until December 24, 1997",
            "FREQ=WEEKLY;UNTIL=19971224T000000", "19970902T090000",
            """
            19970902 19970909 19970916 19970923 19970930 19971007 19971014 19971021 19971028 19971104 19971111 \
            19971118 19971125 19971202 19971209 19971216 19971223
            """),
        RecurrenceExample(
            "Every other week - forever",
            "FREQ=WEEKLY;INTERVAL=2;WKST=SU", "19970902T090000",
            """
            19970902 19970916 19970930 19971014 19971028 19971111 19971125 19971209 19971223 19980106 19980120 \
            19980203
            """),
        RecurrenceExample(
            "Weekly on Tuesday and Thursday for five weeks",
            "FREQ=WEEKLY;UNTIL=19971007T000000;WKST=SU;BYDAY=TU,TH", "19970902T090000",
            "19970902 19970904 19970909 19970911 19970916 19970918 19970923 19970925 19970930 19971002"),
        RecurrenceExample(
            "Weekly on Tuesday and Thursday for five weeks (count)",
            "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH", "19970902T090000",
            "19970902 19970904 19970909 19970911 19970916 19970918 19970923 19970925 19970930 19971002"),
        RecurrenceExample(
            "Every other week on Monday, Wednesday, and Friday",
            "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000;WKST=SU;BYDAY=MO,WE,FR", "19970901T090000",
            """
            19970901 19970903 19970905 19970915 19970917 19970919 19970929 19971001 19971003 19971013 19971015 \
            19971017 19971027 19971029 19971031 19971110 19971112 19971114 19971124 19971126 19971128 19971208 \
            19971210 19971212 19971222
            """),
        RecurrenceExample(
            "Every other week on Tuesday and Thursday, for 8 occurrences",
            "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", "19970902T090000",
            "19970902 19970904 19970916 19970918 19970930 19971002 19971014 19971016"),
        RecurrenceExample(
            "Monthly on the first Friday for 10 occurrences",
            "FREQ=MONTHLY;COUNT=10;BYDAY=1FR", "19970905T090000",
            "19970905 19971003 19971107 19971205 19980102 19980206 19980306 19980403 19980501 19980605"),
        RecurrenceExample(
            "Monthly on the first Friday until December 24, 1997",
            "FREQ=MONTHLY;UNTIL=19971224T000000;BYDAY=1FR", "19970905T090000",
            "19970905 19971003 19971107 19971205"),
        RecurrenceExample(
            "Every other month on the first and last Sunday",
            "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU", "19970907T090000",
            "19970907 19970928 19971102 19971130 19980104 19980125 19980301 19980329 19980503 19980531"),
        RecurrenceExample(
            "Monthly on the second-to-last Monday for 6 months",
            "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", "19970922T090000",
            "19970922 19971020 19971117 19971222 19980119 19980216"),
        RecurrenceExample(
            "Monthly on the third-to-the-last day of the month",
            "FREQ=MONTHLY;BYMONTHDAY=-3", "19970928T090000",
            "19970928 19971029 19971128 19971229 19980129 19980226"),
        RecurrenceExample(
            "Monthly on the 2nd and 15th",
            "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15", "19970902T090000",
            "19970902 19970915 19971002 19971015 19971102 19971115 19971202 19971215 19980102 19980115"),
        RecurrenceExample(
            "Monthly on the first and last day",
            "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1", "19970930T090000",
            "19970930 19971001 19971031 19971101 19971130 19971201 19971231 19980101 19980131 19980201"),
        RecurrenceExample(
            "Every 18 months on the 10th thru 15th",
            "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15", "19970910T090000",
            "19970910 19970911 19970912 19970913 19970914 19970915 19990310 19990311 19990312 19990313"),
        RecurrenceExample(
            "Every Tuesday, every other month",
            "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU", "19970902T090000",
            """
            19970902 19970909 19970916 19970923 19970930 19971104 19971111 19971118 19971125 19980106 19980113 \
            19980120 19980127 19980303 19980310 19980317 19980324 19980331
            """),
        RecurrenceExample(
            "Yearly in June and July for 10 occurrences",
            "FREQ=YEARLY;COUNT=10;BYMONTH=6,7", "19970610T090000",
            "19970610 19970710 19980610 19980710 19990610 19990710 20000610 20000710 20010610 20010710"),
        RecurrenceExample(
            "Every other year on January, February, and March",
            "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3", "19970310T090000",
            "19970310 19990110 19990210 19990310 20010110 20010210 20010310 20030110 20030210 20030310"),
        RecurrenceExample(
            "Every third year on the 1st, 100th, and 200th day",
            "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200", "19970101T090000",
            "19970101 19970410 19970719 20000101 20000409 20000718 20030101 20030410 20030719 20060101"),
        RecurrenceExample(
            "Every 20th Monday of the year",
            "FREQ=YEARLY;BYDAY=20MO", "19970519T090000",
            "19970519 19980518 19990517"),
        RecurrenceExample(
            "Monday of week number 20",
            "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "19970512T090000",
            "19970512 19980511 19990517"),
        RecurrenceExample(
            "Every Thursday in March",
            "FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "19970313T090000",
            "19970313 19970320 19970327 19980305 19980312 19980319 19980326 19990304 19990311 19990318 19990325"),
        RecurrenceExample(
            "Every Thursday, but only during June, July, and August",
            "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8", "19970605T090000",
            """
            19970605 19970612 19970619 19970626 19970703 19970710 19970717 19970724 19970731 19970807 19970814 \
            19970821 19970828 19980604 19980611 19980618 19980625 19980702 19980709 19980716 19980723 19980730 \
            19980806 19980813 19980820 19980827 19990603 19990610 19990617 19990624 19990701 19990708 19990715 \
            19990722 19990729 19990805 19990812 19990819 19990826
            """),
        RecurrenceExample(
            "Every Friday the 13th",
            "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "19970902T090000",
            "19980213 19980313 19981113 19990813 20001013"),
        RecurrenceExample(
            "The first Saturday that follows the first Sunday",
            "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13", "19970913T090000",
            "19970913 19971011 19971108 19971213 19980110 19980207 19980307 19980411 19980509 19980613"),
        RecurrenceExample(
            "U.S. Presidential Election day",
            "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "19961105T090000",
            "19961105 20001107 20041102"),
        RecurrenceExample(
            "The third instance of Tuesday, Wednesday, or Thursday",
            "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "19970904T090000",
            "19970904 19971007 19971106"),
        RecurrenceExample(
            "The second-to-last weekday of the month",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "19970929T090000",
            "19970929 19971030 19971127 19971230 19980129 19980226 19980330"),
        RecurrenceExample(
            "Every 3 hours from 9:00 AM to 5:00 PM",
            "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000", "19970902T090000",
            "19970902T090000 T120000 T150000"),
        RecurrenceExample(
            "Every 15 minutes for 6 occurrences",
            "FREQ=MINUTELY;INTERVAL=15;COUNT=6", "19970902T090000",
            "19970902T090000 T091500 T093000 T094500 T100000 T101500"),
        RecurrenceExample(
            "Every hour and a half for 4 occurrences",
            "FREQ=MINUTELY;INTERVAL=90;COUNT=4", "19970902T090000",
            "19970902T090000 T103000 T120000 T133000"),
        RecurrenceExample(
            "Every 20 minutes from 9:00 AM to 4:40 PM",
            "FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40", "19970902T090000",
            """
            19970902T090000 T092000 T094000 T100000 T102000 T104000 T110000 T112000 T114000 T120000 T122000 T124000 \
            T130000 T132000 T134000 T140000 T142000 T144000 T150000 T152000 T154000 T160000 T162000 T164000 \
            19970903T090000 T092000
            """),
        RecurrenceExample(
            "Every 20 minutes from 9:00 AM to 4:40 PM (minutely)",
            "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16", "19970902T090000",
            """
            19970902T090000 T092000 T094000 T100000 T102000 T104000 T110000 T112000 T114000 T120000 T122000 T124000 \
            T130000 T132000 T134000 T140000 T142000 T144000 T150000 T152000 T154000 T160000 T162000 T164000 \
            19970903T090000 T092000
            """),
        RecurrenceExample(
            "WKST makes a difference: Monday",
            "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "19970805T090000",
            "19970805 19970810 19970819 19970824"),
        RecurrenceExample(
            "WKST makes a difference: Sunday",
            "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "19970805T090000",
            "19970805 19970817 19970819 19970831"),
        RecurrenceExample(
            "An invalid date (February 30) is ignored",
            "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "20070115T090000",
            "20070115 20070130 20070215 20070315 20070330"),
        RecurrenceExample(
            "§3.3.10: the last work day of the month",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "19970930T090000",
            "19970930 19971031 19971128 19971231 19980130"),
        RecurrenceExample(
            "§3.3.10: every Sunday in January at two times",
            "FREQ=YEARLY;INTERVAL=2;BYMONTH=1;BYDAY=SU;BYHOUR=8,9;BYMINUTE=30", "19970105T083000",
            """
            19970105T083000 T093000 19970112T083000 T093000 19970119T083000 T093000 19970126T083000 T093000 \
            19990103T083000 T093000
            """),
    ]
}
