-- Global Address Lists: what each directory said last of its entries, and which person each is part of. The cards are members
-- of ordinary books. Times are milliseconds since 1970 in UTC.

-- One a mail domain.
CREATE TABLE address_list (
    collection_id BIGINT NOT NULL PRIMARY KEY,  -- its book
    domain TEXT NOT NULL UNIQUE,
    next_refresh BIGINT NOT NULL,
    last_attempt BIGINT,
    last_success BIGINT,                        -- with all directories
    holder TEXT,                                -- who refreshes it: a lease
    held_until BIGINT NOT NULL DEFAULT 0
);

-- The directories of a list, and how they stand.
CREATE TABLE address_list_source (
    list_id BIGINT NOT NULL,                    -- the book
    directory TEXT NOT NULL,                    -- its name in the settings
    position BIGINT NOT NULL,                   -- those with low numbers come first where entries are one person
    changed_until TEXT,                         -- the latest time of change that was seen, as the directory writes it
    last_compare BIGINT,                        -- when all entries were last read to the end
    last_success BIGINT,
    outcome TEXT,                               -- of the last attempt, in words
    read_count BIGINT NOT NULL DEFAULT 0,       -- entries at the last compare, and those of them that are not in the list
    hidden_count BIGINT NOT NULL DEFAULT 0,
    disabled_count BIGINT NOT NULL DEFAULT 0,
    addressless_count BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (list_id, directory)
) WITHOUT ROWID;

-- The entries that are in a list.
CREATE TABLE address_list_entry (
    list_id BIGINT NOT NULL,
    directory TEXT NOT NULL,
    entry_id TEXT NOT NULL,                     -- never changes in the directory
    digest TEXT NOT NULL,                       -- of all that the list takes of it
    state BIGINT NOT NULL,                      -- 0: as its card says; 1: to be written; 2: gone from the directory
    rank BIGINT NOT NULL,                       -- 1 for groups, which are written when their members are
    person TEXT,                                -- the UID of the card that it is part of; NULL: none yet
    kind TEXT NOT NULL,
    display_name TEXT NOT NULL,
    given_name TEXT,
    family_name TEXT,
    title TEXT,
    department TEXT,
    addresses TEXT NOT NULL,                    -- one a line, the preferred one first
    phones TEXT NOT NULL,
    photo BLOB,
    PRIMARY KEY (list_id, directory, entry_id)
) WITHOUT ROWID;
CREATE INDEX address_list_entry_person ON address_list_entry (person);
CREATE INDEX address_list_entry_pending ON address_list_entry (list_id, rank) WHERE state <> 0;

-- By which addresses entries are one person.
CREATE TABLE address_list_address (
    list_id BIGINT NOT NULL,
    address TEXT NOT NULL,
    directory TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    PRIMARY KEY (list_id, address, directory, entry_id)
) WITHOUT ROWID;
CREATE INDEX address_list_address_entry ON address_list_address (list_id, directory, entry_id);

-- What groups of its directory may call an entry (hashes of a location, a login, an id), and whom groups so call.
CREATE TABLE address_list_name (
    list_id BIGINT NOT NULL,
    directory TEXT NOT NULL,
    name TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    PRIMARY KEY (list_id, directory, name, entry_id)
) WITHOUT ROWID;
CREATE INDEX address_list_name_entry ON address_list_name (list_id, directory, entry_id);
CREATE TABLE address_list_member (
    list_id BIGINT NOT NULL,
    directory TEXT NOT NULL,
    name TEXT NOT NULL,
    group_id TEXT NOT NULL,                     -- the entry of the group
    PRIMARY KEY (list_id, directory, name, group_id)
) WITHOUT ROWID;
CREATE INDEX address_list_member_group ON address_list_member (list_id, directory, group_id);
