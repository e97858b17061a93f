INSERT INTO search_text (collection_id, name, text, is_private) VALUES (11, 'b.ics', CAST('B' AS BLOB), 1);
