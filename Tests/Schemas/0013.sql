INSERT INTO gram_segment (id, scope_id, first_document, last_document, version, document_count, byte_count, documents, open, unfinished)
VALUES (70, 40, 1, 1, 1, 1, 5, CAST('u' AS BLOB), CAST('' AS BLOB), NULL);
INSERT INTO gram_page (segment_id, first_gram, data) VALUES (70, 0, CAST('page!' AS BLOB));
