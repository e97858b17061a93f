INSERT INTO group_member (group_id, member_id, directory) VALUES (3, 1, NULL), (3, 2, 'ad');
INSERT INTO access_grant (collection_id, grantee, rights, expires, created)
VALUES (11, 3, 7, 1800000000000, 1700000000000), (13, -1, 1, NULL, 1700000000000);
INSERT INTO collection (id, parent_id, owner_id, kind, name, modseq, log_floor, epoch, created, modified, property_version)
VALUES (18, NULL, 2, 'calendar-home', 'calendar-home', 1, 0, 9, 1700000000000, 1700000000000, 0);
INSERT INTO mount (home_id, name, collection_id, told_version, is_hidden) VALUES (18, 'anna', 11, 0, 1);
INSERT INTO mount_property (home_id, collection_id, namespace, name, value)
VALUES (18, 11, 'http://apple.com/ns/ical/', 'calendar-color', CAST('<calendar-color/>' AS BLOB));
