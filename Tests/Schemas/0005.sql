INSERT INTO collection (id, parent_id, owner_id, kind, name, modseq, log_floor, epoch, created, modified, visible_past, visible_future)
VALUES (17, 10, 1, 'calendar', 'window', 0, 0, 8, 1700000000000, 1700000000000, 30, 365);
