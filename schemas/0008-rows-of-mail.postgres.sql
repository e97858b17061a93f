-- Octets are stored as they are: most are compressed or encoded already, and to try costs three times the insert.
ALTER TABLE mail_body ALTER COLUMN data SET STORAGE EXTERNAL;
-- Room in the pages for the next version of rows whose flags and counters change: they then stay where they are (HOT).
ALTER TABLE mail_message SET (fillfactor = 80);
ALTER TABLE mailbox SET (fillfactor = 50);
