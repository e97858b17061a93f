INSERT INTO mail_account (owner_id, uid_validity, message_limit, list_version, retained_bytes) VALUES (3, 1, NULL, 1, 77);
