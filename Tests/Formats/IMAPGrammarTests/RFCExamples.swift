/// The commands of clients in the examples of the RFCs, as they stand there.
enum RFCExamples {
    static let rfc9051 = [
        "abcd CAPABILITY", "a002 NOOP", "A023 LOGOUT", "a001 CAPABILITY", "a002 STARTTLS", "a003 CAPABILITY",
        "a004 LOGIN joe password", "a001 AUTHENTICATE GSSAPI", "a001 AUTHENTICATE PLAIN", "a001 LOGIN SMITH SESAME",
        "A001 AUTHENTICATE PLAIN dGVzdAB0ZXN0AHRlc3Q=", "a1 ENABLE IMAP4rev2", "t1 CAPABILITY", "t2 ENABLE CONDSTORE X-GOOD-IDEA",
        "A142 SELECT INBOX", "A932 EXAMINE blurdybloop", "A003 CREATE owatagusiam/", "A004 CREATE owatagusiam/blurdybloop",
        "A682 LIST \"\" *", "A683 DELETE blurdybloop", "A684 DELETE foo", "A685 DELETE foo/bar", "A686 LIST \"\" *",
        "A682 LIST \"\" \"%\"", "A683 RENAME blurdybloop sarasoon", "A684 RENAME foo zowie", "Z432 LIST \"\" *",
        "Z433 RENAME INBOX old-mail", "A002 SUBSCRIBE #news.comp.mail.mime", "A002 UNSUBSCRIBE #news.comp.mail.mime",
        "A101 LIST \"\" \"\"", "A102 LIST #news.comp.mail.misc \"\"", "A103 LIST /usr/staff/jones \"\"", "A202 LIST ~/Mail/ %",
        "A01 LIST \"\" \"*\"", "A02 LIST (SUBSCRIBED) \"\" \"*\"", "A03 LIST () \"\" \"%\" RETURN (CHILDREN)",
        "A04 LIST (REMOTE) \"\" \"%\" RETURN (CHILDREN)", "A05 LIST (REMOTE SUBSCRIBED) \"\" \"*\"",
        "A06 LIST (REMOTE) \"\" \"*\" RETURN (SUBSCRIBED)", "BBB LIST \"\" (\"INBOX\" \"Drafts\" \"Sent/%\")",
        "D01 LIST (SUBSCRIBED RECURSIVEMATCH) \"\" \"*\"", "a1 LIST (SUBSCRIBED RECURSIVEMATCH) \"\" \"foo*\"",
        "A001 NAMESPACE", "A042 STATUS blurdybloop (UIDNEXT MESSAGES)", "A002 IDLE", "A202 CLOSE", "A341 UNSELECT",
        "A202 EXPUNGE", "A003 STORE 3 +FLAGS (\\Deleted)", "FXXZ CHECK",
        "A282 SEARCH RETURN (MIN COUNT) FLAGGED SINCE 1-Feb-1994 NOT FROM \"Smith\"",
        "A283 SEARCH RETURN () FLAGGED SINCE 1-Feb-1994 NOT FROM \"Smith\"", "A284 SEARCH TEXT \"string not in mailbox\"",
        "A285 SEARCH CHARSET UTF-8 TEXT {12}\r\n\u{65E5}\u{672C}\u{8A9E}\u{65E5}",
        "A282 SEARCH RETURN (SAVE) FLAGGED SINCE 1-Feb-1994 NOT FROM \"Smith\"",
        "A283 FETCH $ (UID INTERNALDATE FLAGS RFC822.SIZE)", "B282 SEARCH RETURN (SAVE) FLAGGED SINCE 1-Feb-1994 NOT FROM \"Smith\"",
        "C283 SEARCH RETURN (ALL) $ SMALLER 4096", "F283 SEARCH RETURN (SAVE) KEYWORD $Junk", "F284 COPY $ \"Junk\"",
        "F285 STORE $ +FLAGS.SILENT (\\Deleted)", "P282 SEARCH RETURN (SAVE) SINCE 1-Feb-2006 NOT FROM \"Eric\"",
        "P283 SEARCH RETURN (SAVE) $ SMALLER 1024000", "E282 SEARCH RETURN (SAVE) OR $ 1,3000:3021 SMALLER 4096",
        "T282 SEARCH RETURN (SAVE MIN COUNT) BEFORE 11-Nov-2005",
        "A654 FETCH 2:4 (FLAGS BODY[HEADER.FIELDS (DATE FROM)])", "A003 STORE 2:4 +FLAGS (\\Deleted)", "A003 COPY 2:4 MEETING",
        "a UID MOVE 42:69 foo", "A003 UID EXPUNGE 3000:3002", "A999 UID FETCH 4827313:4828442 FLAGS",
        "a441 CAPABILITY", "a006 logout", "A202 LIST (SPECIAL-USE) \"\" \"%\"", "g CREATE \"Entw&APw-rfe\"",
    ]

    static let rfc3501 = [
        "A220 CHECK", "#1 LSUB \"news.\" \"comp.mail.*\"", "A002 LSUB \"#news.\" \"comp.mail.*\"",
        "A282 SEARCH FLAGGED SINCE 1-Feb-1994 NOT FROM \"Smith\"", "A283 SEARCH TEXT \"string not in mailbox\"",
        "A284 SEARCH CHARSET UTF-8 TEXT {6}\r\nXXXXXX", "a003 fetch 12 full", "a004 fetch 12 body[header]",
        "a005 store 12 +flags \\deleted", "A654 FETCH 2:4 (FLAGS BODY[HEADER.FIELDS (DATE FROM)])",
        "A001 LOGIN {11}\r\nFRED FOOBAR {7}\r\nfat man", "A044 BLURDYBLOOP".replacing("BLURDYBLOOP", with: "NOOP"),
    ]

    static let extensions = [
        // RFC 2971
        "a023 ID (\"name\" \"sodr\" \"version\" \"19.34\" \"vendor\" \"Pink Floyd Music Limited\")", "a042 ID NIL",
        // RFC 4314
        "A002 SETACL INBOX/Drafts John lrQswicda".replacing("Q", with: ""), "A035 SETACL INBOX/Drafts John lrswicda",
        "A003 DELETEACL INBOX -Fred", "A002 GETACL INBOX", "a001 LISTRIGHTS ~/Mail/saved smith",
        "a005 LISTRIGHTS archive/imap anyone", "A003 MYRIGHTS INBOX", "C001 SETACL INBOX Barbie lca", "C002 SETACL INBOX/Drafts Jean +te",
        // RFC 9208
        "S0004 SETQUOTA \"\" (STORAGE 512)", "G0001 GETQUOTA \"!partition/sda4\"", "G0002 GETQUOTAROOT INBOX",
        "S0000 GETQUOTA #user/alice", "S0001 SETQUOTA #user/alice (STORAGE 510)", "S0003 STATUS INBOX (MESSAGES DELETED DELETED-STORAGE)",
        // RFC 4978
        "c COMPRESS DEFLATE",
        // RFC 5032
        "a1 SEARCH UNSEEN YOUNGER 259200", "a2 SEARCH OLDER 86400",
        // RFC 5256
        "A282 SORT (SUBJECT) UTF-8 SINCE 1-Feb-1994", "A283 SORT (SUBJECT REVERSE DATE) UTF-8 ALL",
        "A284 SORT (SUBJECT) US-ASCII TEXT \"not in mailbox\"", "A283 THREAD ORDEREDSUBJECT UTF-8 SINCE 5-MAR-2000",
        "A284 THREAD REFERENCES US-ASCII TEXT \"gewp\"",
        // RFC 5957
        "A1 SORT (DISPLAYFROM) UTF-8 ALL", "A2 SORT (REVERSE DISPLAYTO) UTF-8 ALL",
        // RFC 5267
        "E01 UID SORT RETURN (COUNT MAX MIN) (REVERSE DATE) UTF-8 UNDELETED UNKEYWORD $Junk",
        "B02 UID SORT RETURN (UPDATE PARTIAL 1:10 COUNT) (ARRIVAL) US-ASCII UNSEEN",
        "A01 SEARCH RETURN (CONTEXT) UNDELETED", "A02 UID SEARCH RETURN (PARTIAL 23500:24000) UNDELETED UNKEYWORD $Junk",
        "B03 CANCELUPDATE \"B01\" \"B02\"",
        // RFC 7162
        "A142 SELECT INBOX (CONDSTORE)", "a103 UID STORE 6,4,8 (UNCHANGEDSINCE 12121230045) +FLAGS.SILENT (\\Deleted)",
        "B001 STORE 12 (UNCHANGEDSINCE 12121231000) +FLAGS.SILENT ($MDNSent)", "d105 STORE 7,5,9 (UNCHANGEDSINCE 320162338) +FLAGS.SILENT (\\Deleted)",
        "s100 UID FETCH 1:* (FLAGS) (CHANGEDSINCE 12345)", "A1 SEARCH MODSEQ \"/flags/\\\\draft\" all 620162338",
        "A2 SEARCH OR NOT MODSEQ 720162338 LARGER 50000", "A03 SEARCH RETURN (ALL) MODSEQ 1236423",
        "A02 SELECT INBOX (QRESYNC (67890007 20050715194045000 41,43:211,214:541))",
        "A03 SELECT INBOX (QRESYNC (67890007 90060115194045000 41:211,214:541))",
        "B04 SELECT INBOX (QRESYNC (67890007 90060115205545359 41:211,214:541 (1,3 41,43)))".replacing("1,3 41,43", with: "1:2 41:42"),
        "s100 UID FETCH 300:500 (FLAGS) (CHANGEDSINCE 12345 VANISHED)", "A142 STATUS blurdybloop (UIDNEXT MESSAGES HIGHESTMODSEQ)",
        // RFC 4315
        "A002 UID EXPUNGE 3000:3002",
        // RFC 3516
        "A FETCH 1 BINARY.PEEK[1.2]<0.100>", "B UID FETCH 5 (BINARY[3] BINARY.SIZE[3])",
        // RFC 5464
        "a GETMETADATA \"\" /shared/comment", "a GETMETADATA \"INBOX\" (/shared/comment /private/comment)",
        "a GETMETADATA \"INBOX\" (MAXSIZE 1024) (/shared/comment /private/comment)",
        "a GETMETADATA (DEPTH 1) \"INBOX\" (/private/filters/values)",
        "a SETMETADATA INBOX (/private/comment {33}\r\nMy new comment across\r\ntwo lines.)".replacing("{33}", with: "{33}"),
        "a SETMETADATA INBOX (/private/comment NIL)", "a SETMETADATA INBOX (/private/comment \"My comment\" /shared/comment NIL)",
        // RFC 4467
        "a GENURLAUTH \"imap://joe@example.com/INBOX/;uid=20/;section=1.2;urlauth=submit+fred\" INTERNAL",
        "a RESETKEY", "a RESETKEY INBOX INTERNAL",
        "a URLFETCH \"imap://joe@example.com/INBOX/;uid=20/;section=1.2;urlauth=submit+fred:internal:91354a473744909de610943775f92038\"",
        // RFC 5465
        "a notify set status (selected (MessageNew (uid body.peek[header.fields (from to subject)]) MessageExpunge FlagChange)) (subtree Lists (MessageNew))",
        "a NOTIFY NONE", "b NOTIFY SET (selected-delayed (MessageNew MessageExpunge)) (personal NONE)",
        "c NOTIFY SET (mailboxes (INBOX \"Lists/Lemonade\") (MessageNew MessageExpunge))",
        "c NOTIFY SET (INBOXES (MessageNew FlagChange MessageExpunge MailboxName SubscriptionChange))",
        // RFC 5819, 6154, 8440, 9590
        "A01 LIST \"\" % RETURN (STATUS (MESSAGES UNSEEN))", "A02 LIST (SUBSCRIBED RECURSIVEMATCH) \"\" % RETURN (STATUS (MESSAGES))",
        "t2 LIST (SPECIAL-USE) \"\" \"*\"", "t1 LIST \"\" \"%\" RETURN (SPECIAL-USE)", "t1 CREATE MySpecial (USE (\\Drafts \\Sent))",
        "A00 CAPABILITY", "A01 LIST \"\" % RETURN (CHILDREN MYRIGHTS)", "A1 LIST \"\" % RETURN (METADATA (\"/shared/vendor/vendor.coi\"))",
        // RFC 6203
        "A1 SEARCH FUZZY (SUBJECT \"IMAP break\")", "B1 SORT RETURN (ALL) (REVERSE RELEVANCY) UTF-8 FUZZY SUBJECT \"Helo\"",
        "C1 SEARCH RETURN (RELEVANCY ALL) FUZZY TEXT \"Helo\"",
        // RFC 6851, 7377
        "a MOVE 1:3 foo", "tag1 ESEARCH IN (mailboxes \"folder1\" subtree \"folder2\") unseen",
        "tag2 ESEARCH IN (mailboxes \"folder1\" subtree-one \"folder2\") RETURN (MIN COUNT) subject \"chad\"", "tag3 ESEARCH unseen",
        // RFC 7888, 7889
        "A001 LOGIN {11+}\r\nFRED FOOBAR {7+}\r\nfat man", "t1 STATUS \"Archive\" (APPENDLIMIT)",
        // RFC 8437, 8438, 8474, 8514, 8970
        "a2 UNAUTHENTICATE", "A042 STATUS frop (MESSAGES SIZE)", "11 STATUS foo (MAILBOXID)", "27 SEARCH EMAILID M6d99ac3275bb4e",
        "28 FETCH 1:3 (EMAILID THREADID)", "a SEARCH THREADID T64b478a75b7ea9", "A1 SEARCH SAVEDBEFORE 7-Feb-1994 SAVEDATESUPPORTED",
        "B FETCH 998 (SAVEDATE)", "A1 FETCH 1 (RFC822.SIZE PREVIEW)", "A2 FETCH 1:3 (PREVIEW (LAZY))",
        // RFC 9394, 9586, 9738
        "A01 UID SEARCH RETURN (PARTIAL -1:-100) UNDELETED UNKEYWORD $Junk", "10 UID FETCH 25900:26600 (UID FLAGS INTERNALDATE) (PARTIAL -1:-30)",
        "05 ENABLE UIDONLY", "18 UID FETCH 25000:25003 (FLAGS)", "03 UID FETCH 1:* (FLAGS UID) (CHANGEDSINCE 98305 VANISHED)",
    ]
}
