INSERT INTO mail_account (owner_id, uid_validity, message_limit, list_version) VALUES (1, 1700000000, 1000, 5), (2, 1700000001, NULL, 1);
INSERT INTO mailbox (id, owner_id, name, is_selectable, special_use, uid_validity, uid_next, modseq, log_floor, message_count, unseen_count,
    deleted_count, byte_count, has_own_seen, created, trashed)
VALUES (40, 1, 'INBOX', 1, NULL, 1700000000, 3, 4, 0, 1, 1, 0, 20, 1, 1700000000000, NULL),
    (41, 1, 'old', 1, NULL, 1699999999, 9, 9, 0, 2, 0, 0, 1000, 0, 1700000000000, 1700000000005);
INSERT INTO mail_keyword (mailbox_id, number, name) VALUES (40, 0, '$Forwarded');
INSERT INTO mail_message (mailbox_id, uid, modseq, flags, content_id, thread_id, size, internal_date, internal_zone, saved)
VALUES (40, 1, 2, 260, 50, 50, 20, 1700000000, 180, 1700000000000);
INSERT INTO mail_retained (mailbox_id, uid, owner_id, flags, content_id, thread_id, size, internal_date, internal_zone, expunged, expunged_by)
VALUES (40, 2, 1, 1, 51, 51, 300, 1700000000, 0, 1700000000004, 1);
INSERT INTO mail_content (id, size, staged, hash, keys, structure)
VALUES (50, 20, NULL, NULL, CAST('k' AS BLOB), CAST('s' AS BLOB)), (51, 300, NULL, CAST('h' AS BLOB), CAST('k' AS BLOB), CAST('s' AS BLOB)),
    (52, 7, 1700000000004, NULL, CAST('k' AS BLOB), CAST('s' AS BLOB));
INSERT INTO mail_body (content_id, number, data) VALUES (50, 0, CAST('Subject: a octets' AS BLOB)), (51, 0, CAST('x' AS BLOB));
INSERT INTO mail_change (mailbox_id, modseq, kind, uids, viewer_id, at)
VALUES (40, 2, 0, CAST('u' AS BLOB), NULL, 1700000000002), (40, 3, 3, CAST('u' AS BLOB), 2, 1700000000003);
INSERT INTO mail_seen (mailbox_id, viewer_id, uids, seen_count) VALUES (40, 2, CAST('u' AS BLOB), 1);
INSERT INTO mail_grant (mailbox_id, grantee, rights) VALUES (40, 2, 3);
INSERT INTO mail_subscription (principal_id, owner_id, name) VALUES (2, 1, 'INBOX');
INSERT INTO mail_annotation (mailbox_id, principal_id, entry, value) VALUES (40, 0, '/comment', CAST('a note' AS BLOB));
