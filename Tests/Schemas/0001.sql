INSERT INTO sequence (name, last) VALUES ('principal', 1000), ('node', 2000), ('blob', 3000), ('epoch', 4000);
INSERT INTO principal (id, kind, domain, name, display_name, is_administrator, is_disabled, password, must_change_password, quota_bytes,
    used_bytes, created)
VALUES (1, 'user', 'example.org', 'anna', 'Anna Example', 1, 0, '$scrypt$ln=12,r=8,p=1$c2FsdA$aGFzaA', 0, 1000000, 24, 1700000000000),
    (2, 'user', 'example.org', 'boris', 'Борис', 0, 1, NULL, 0, NULL, 0, 1700000000000),
    (3, 'group', 'example.org', 'team', 'Team', 0, 0, NULL, 0, NULL, 0, 1700000000000);
INSERT INTO address (address, principal_id, position) VALUES ('anna@example.org', 1, 0), ('a.example@example.org', 1, 1);
INSERT INTO collection (id, parent_id, owner_id, kind, name, modseq, log_floor, epoch, components, member_count, created, modified, trashed)
VALUES (10, NULL, 1, 'calendar-home', 'calendar-home', 1, 0, 1, NULL, 0, 1700000000000, 1700000000000, NULL),
    (11, 10, 1, 'calendar', 'calendar', 3, 1, 2, 'VEVENT', 1, 1700000000000, 1700000000003, NULL),
    (12, NULL, 1, 'book-home', 'book-home', 1, 0, 3, NULL, 0, 1700000000000, 1700000000000, NULL),
    (13, 12, 1, 'book', 'contacts', 1, 0, 4, NULL, 1, 1700000000000, 1700000000000, NULL),
    (14, 10, 1, 'calendar', 'old', 0, 0, 5, NULL, 0, 1700000000000, 1700000000000, 1700000000009);
INSERT INTO member (collection_id, name, id, etag, size, modseq, component, uid, content_type, blob_id, created, modified)
VALUES (11, 'Besprechung ü.ics', 20, 'e1', 12, 3, 'vevent', 'uid-1', NULL, 30, 1700000000000, 1700000000003),
    (13, 'a.vcf', 21, 'e2', 12, 1, 'individual', 'uid-2', NULL, 31, 1700000000000, 1700000000000);
INSERT INTO blob (id, reference_count, data, file) VALUES (30, 1, CAST('twelve bytes' AS BLOB), NULL), (31, 1, CAST('twelve bytez' AS BLOB), NULL),
    (32, 1, NULL, 'ab/cdef');
INSERT INTO change (collection_id, modseq, name, is_removal, is_collection, at)
VALUES (11, 2, 'gone.ics', 1, 0, 1700000000002), (11, 3, 'Besprechung ü.ics', 0, 0, 1700000000003);
INSERT INTO trash (id, collection_id, owner_id, name, etag, size, component, uid, content_type, blob_id, created, modified, trashed, trashed_by)
VALUES (22, 11, 1, 'gone.ics', 'e3', 300000, 'vevent', 'uid-3', NULL, 32, 1700000000000, 1700000000001, 1700000000002, 1);
INSERT INTO property (collection_id, member_id, namespace, name, value)
VALUES (11, 0, 'DAV:', 'displayname', CAST('<displayname xmlns="DAV:">Kalender ü</displayname>' AS BLOB));
INSERT INTO lock (token, collection_id, member_name, owner_id, is_exclusive, is_deep, owner_xml, expires)
VALUES ('urn:uuid:1', 11, NULL, 1, 1, 1, NULL, 1700000600000);
INSERT INTO unused_file (file) VALUES ('cd/efab');
