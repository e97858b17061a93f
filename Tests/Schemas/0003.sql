INSERT INTO collection (id, parent_id, owner_id, kind, name, modseq, log_floor, epoch, created, modified, origin)
VALUES (15, 10, 1, 'calendar', 'holidays', 0, 0, 6, 1700000000000, 1700000000000, 'subscription'),
    (16, 10, 1, 'calendar', 'birthdays', 0, 0, 7, 1700000000000, 1700000000000, 'birthdays');
INSERT INTO subscription (collection_id, url, wished_interval, source_interval, etag, last_modified, content_hash, next_refresh,
    last_attempt, last_success, failure_count, outcome)
VALUES (15, 'https://example.com/holidays.ics', 3600000, NULL, '"v1"', NULL, 'abcd', 1700003600000, 1700000000000, 1700000000000, 0,
    '2 objects, 2 changed');
INSERT INTO birthday_calendar (owner_id, collection_id, is_stale) VALUES (1, 16, 1);
INSERT INTO birthday_book (book_id, owner_id, position, listed_from, listed_name) VALUES (13, 1, NULL, 1, 'a.vcf');
INSERT INTO birthday_card (book_id, name, uid) VALUES (13, 'a.vcf', 'uid-2');
