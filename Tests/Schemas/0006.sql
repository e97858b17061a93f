INSERT INTO blob (id, reference_count, data, file) VALUES (33, 1, CAST('an object that names one' AS BLOB), NULL),
    (34, 1, CAST('attached' AS BLOB), NULL);
INSERT INTO member (collection_id, name, id, etag, size, modseq, component, uid, content_type, blob_id, created, modified, attached_bytes)
VALUES (11, 'b.ics', 23, 'e4', 24, 4, 'vevent', 'uid-4', NULL, 33, 1700000000000, 1700000000004, 8);
INSERT INTO attachment (id, managed_id, owner_id, filename, content_type, etag, size, blob_id, created, unreferenced)
VALUES (24, 'managed-1', 1, 'a.txt', 'text/plain', 'e5', 8, 34, 1700000000000, NULL);
INSERT INTO attachment_use (blob_id, attachment_id) VALUES (33, 24);
