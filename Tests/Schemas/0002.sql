INSERT INTO occurrence (collection_id, is_floating, span, starts, name, ends, is_exact, component, busy, weeks)
VALUES (11, 0, 12, 1700000000, 'Besprechung ü.ics', 1700003600, 1, 'vevent', 1, -1);
INSERT INTO search_text (collection_id, name, text) VALUES (11, 'Besprechung ü.ics', CAST('BESPRECHUNG' AS BLOB)), (13, 'a.vcf', NULL);
INSERT INTO index_state (name, value) VALUES ('projection', '1'), ('time-zones', '2023c');
