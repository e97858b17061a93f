INSERT INTO address_list (collection_id, domain, next_refresh, last_attempt, last_success, holder, held_until)
VALUES (60, 'example.org', 1700003600000, 1700000000000, NULL, '17', 1700000600000);
INSERT INTO address_list_source (list_id, directory, position, changed_until, last_compare, last_success, outcome, read_count, hidden_count,
    disabled_count, addressless_count)
VALUES (60, 'ad', 0, '20231114221320.0Z', 1700000000000, NULL, 'timed out', 10, 1, 2, 3);
INSERT INTO address_list_entry (list_id, directory, entry_id, digest, state, rank, person, kind, display_name, given_name, family_name, title,
    department, addresses, phones, photo)
VALUES (60, 'ad', '0f0e', 'd', 1, 0, NULL, 'user', 'Борис', 'Борис', NULL, NULL, NULL, 'boris@example.org', '', CAST('jpeg' AS BLOB));
INSERT INTO address_list_address (list_id, address, directory, entry_id) VALUES (60, 'boris@example.org', 'ad', '0f0e');
INSERT INTO address_list_name (list_id, directory, name, entry_id) VALUES (60, 'ad', 'dn', '0f0e');
INSERT INTO address_list_member (list_id, directory, name, group_id) VALUES (60, 'ad', 'dn', '0a0b');
