INSERT INTO app_password (principal_id, name, scopes, salt, code, created, last_used)
VALUES (1, 'phone', 3, CAST('0123456789abcdef' AS BLOB), CAST('code' AS BLOB), 1700000000000, NULL);
