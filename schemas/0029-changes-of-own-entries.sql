-- Which of this database's own principals (those that are no entry of a directory elsewhere) a list of everybody must look at again, with those
-- that are gone: when each, its addresses, whether it is shown, or who is in it last changed. Numbers grow in the order of commits.
CREATE TABLE own_change (
    principal_id BIGINT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL
);
CREATE INDEX own_change_number ON own_change (number);

-- The last of these numbers. Whoever takes one holds the row to the commit.
CREATE TABLE own_state (
    id BIGINT NOT NULL PRIMARY KEY,         -- 1
    last_change BIGINT NOT NULL
);
INSERT INTO own_state (id, last_change) VALUES (1, 0);

-- Of a source: of the settings on which it depends what the list takes of an entry. Others: all is compared.
ALTER TABLE address_list_source ADD COLUMN settings TEXT;
