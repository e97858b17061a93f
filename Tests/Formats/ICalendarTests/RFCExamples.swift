/// Calendar data from the RFCs, verbatim but for indentation.
enum RFCExamples {
    /// RFC 5545 §4: the six examples.
    static let rfc5545 = [
        """
        BEGIN:VCALENDAR
        PRODID:-//xyz Corp//NONSGML PDA Calendar Version 1.0//EN
        VERSION:2.0
        BEGIN:VEVENT
        DTSTAMP:19960704T120000Z
        UID:uid1@example.com
        ORGANIZER:mailto:jsmith@example.com
        DTSTART:19960918T143000Z
        DTEND:19960920T220000Z
        STATUS:CONFIRMED
        CATEGORIES:CONFERENCE
        SUMMARY:Networld+Interop Conference
        DESCRIPTION:Networld+Interop Conference
          and Exhibit\\nAtlanta World Congress Center\\n
         Atlanta\\, Georgia
        END:VEVENT
        END:VCALENDAR
        """,
        """
        BEGIN:VCALENDAR
        PRODID:-//RDU Software//NONSGML HandCal//EN
        VERSION:2.0
        BEGIN:VTIMEZONE
        TZID:America/New_York
        BEGIN:STANDARD
        DTSTART:19981025T020000
        TZOFFSETFROM:-0400
        TZOFFSETTO:-0500
        TZNAME:EST
        END:STANDARD
        BEGIN:DAYLIGHT
        DTSTART:19990404T020000
        TZOFFSETFROM:-0500
        TZOFFSETTO:-0400
        TZNAME:EDT
        END:DAYLIGHT
        END:VTIMEZONE
        BEGIN:VEVENT
        DTSTAMP:19980309T231000Z
        UID:guid-1.example.com
        ORGANIZER:mailto:mrbig@example.com
        ATTENDEE;RSVP=TRUE;ROLE=REQ-PARTICIPANT;CUTYPE=GROUP:
         mailto:employee-A@example.com
        DESCRIPTION:Project XYZ Review Meeting
        CATEGORIES:MEETING
        CLASS:PUBLIC
        CREATED:19980309T130000Z
        SUMMARY:XYZ Project Review
        DTSTART;TZID=America/New_York:19980312T083000
        DTEND;TZID=America/New_York:19980312T093000
        LOCATION:1CP Conference Room 4350
        END:VEVENT
        END:VCALENDAR
        """,
        """
        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//ABC Corporation//NONSGML My Product//EN
        BEGIN:VTODO
        DTSTAMP:19980130T134500Z
        SEQUENCE:2
        UID:uid4@example.com
        ORGANIZER:mailto:unclesam@example.com
        ATTENDEE;PARTSTAT=ACCEPTED:mailto:jqpublic@example.com
        DUE:19980415T000000
        STATUS:NEEDS-ACTION
        SUMMARY:Submit Income Taxes
        BEGIN:VALARM
        ACTION:AUDIO
        TRIGGER:19980403T120000Z
        ATTACH;FMTTYPE=audio/basic:http://example.com/pub/audio-
         files/ssbanner.aud
        REPEAT:4
        DURATION:PT1H
        END:VALARM
        END:VTODO
        END:VCALENDAR
        """,
        """
        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//ABC Corporation//NONSGML My Product//EN
        BEGIN:VJOURNAL
        DTSTAMP:19970324T120000Z
        UID:uid5@example.com
        ORGANIZER:mailto:jsmith@example.com
        STATUS:DRAFT
        CLASS:PUBLIC
        CATEGORIES:Project Report,XYZ,Weekly Meeting
        DESCRIPTION:Project xyz Review Meeting Minutes\\n
         Agenda\\n1. Review of project version 1.0 requirements.\\n2.
          Definition
         of project processes.\\n3. Review of project schedule.\\n
        END:VJOURNAL
        END:VCALENDAR
        """,
        """
        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//RDU Software//NONSGML HandCal//EN
        BEGIN:VFREEBUSY
        UID:19970901T115957Z-76A912@example.com
        ORGANIZER:mailto:jsmith@example.com
        DTSTART:19980313T141711Z
        DTEND:19980410T141711Z
        FREEBUSY:19980314T233000Z/19980315T003000Z
        FREEBUSY:19980316T153000Z/19980316T163000Z
        URL:http://www.example.com/calendar/busytime/jsmith.ifb
        END:VFREEBUSY
        END:VCALENDAR
        """,
        """
        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//Example Corp.//CalDAV Client//EN
        BEGIN:VAVAILABILITY
        ORGANIZER:mailto:bernard@example.com
        UID:0428C7D2-688E-4D2E-AC52-CD112E2469DF
        DTSTAMP:20111005T133225Z
        BEGIN:AVAILABLE
        UID:34EDA59B-6BB1-4E94-A66C-64999089C0AF
        SUMMARY:Monday to Friday from 9:00 to 17:00
        DTSTART;TZID=America/Montreal:20111002T090000
        RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR
        END:AVAILABLE
        END:VAVAILABILITY
        END:VCALENDAR
        """,
    ]

    static func bytes(_ text: String) -> [UInt8] {
        document(text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    }
}
