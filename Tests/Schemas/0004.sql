INSERT INTO directory_account (directory, entry_id, principal_id, seen) VALUES ('ad', '0f0e', 2, 1700000000000);
