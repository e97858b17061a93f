-- Which calendar objects are not public (RFC 5545 §3.8.1.3): those with whom a calendar is shared do not find them. Part of the
-- index, and made anew with it.
ALTER TABLE search_text ADD COLUMN is_private BIGINT NOT NULL DEFAULT 0;
