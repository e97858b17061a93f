-- Since when somebody is in a group, in milliseconds since 1970 in UTC; NULL: since before that was written down. What went from a
-- shared collection before then is told to nobody who reads it by that group.
ALTER TABLE group_member ADD COLUMN joined BIGINT;
