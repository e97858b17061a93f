-- Units with a list of their own, the forms in which a list is offered, and what it hides. Columns as in 0010 but for those with a comment.

CREATE TABLE address_list_0026 (
    collection_id BIGINT NOT NULL PRIMARY KEY,
    domain TEXT NOT NULL,
    unit TEXT NOT NULL DEFAULT '',              -- empty: all of the domain who are in no unit
    next_refresh BIGINT NOT NULL,
    last_attempt BIGINT,
    last_success BIGINT,
    holder TEXT,
    held_until BIGINT NOT NULL DEFAULT 0,
    is_gateway BIGINT NOT NULL DEFAULT 0,       -- 1: clients are told of it as a directory to be searched
    is_principals BIGINT NOT NULL DEFAULT 0,    -- 1: searches for principals find who is in it
    UNIQUE (domain, unit)
);
INSERT INTO address_list_0026 (collection_id, domain, next_refresh, last_attempt, last_success, holder, held_until, is_gateway)
    SELECT l.collection_id, l.domain, l.next_refresh, l.last_attempt, l.last_success, l.holder, l.held_until,
        CASE WHEN c.origin = 'address-directory' THEN 1 ELSE 0 END
    FROM address_list l LEFT JOIN collection c ON c.id = l.collection_id;
DROP TABLE address_list;
ALTER TABLE address_list_0026 RENAME TO address_list;

-- The name to sign in with, by which an entry becomes a principal.
ALTER TABLE address_list_entry ADD COLUMN login TEXT NOT NULL DEFAULT '';
CREATE INDEX address_list_entry_kind ON address_list_entry (list_id, kind) WHERE kind <> 'user';
CREATE INDEX address_list_entry_id ON address_list_entry (directory, entry_id);

-- Entries that are in no list, though they have an address: who searches for principals does not find them either.
CREATE TABLE address_list_hidden (
    list_id BIGINT NOT NULL,
    directory TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    PRIMARY KEY (directory, entry_id, list_id)
) WITHOUT ROWID;

-- Of this database's principals: whether no address list and no search shows it.
ALTER TABLE principal ADD COLUMN is_hidden BIGINT NOT NULL DEFAULT 0;
