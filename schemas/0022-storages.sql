-- Several databases for one installation: each account's collections and mailboxes are in one of them, its storage. The configuration
-- database, which is the default storage too, has the directory and says who is where; each other storage has a copy of the
-- directory's rows, under the same ids (DirectoryMirror.swift), so that what joins with them is the same everywhere.

-- Where what the principal owns is; NULL: in the configuration database.
ALTER TABLE principal ADD COLUMN storage TEXT;

-- The storages that were ever used, in the configuration database. A number is never given twice: ids in a storage begin at it times 2^40.
CREATE TABLE storage (
    name TEXT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE
);

-- Where new principals of a domain are.
CREATE TABLE storage_domain (
    domain TEXT NOT NULL PRIMARY KEY,       -- lower case
    storage TEXT NOT NULL
);

-- In each database of an installation that has several: which one it is.
CREATE TABLE storage_identity (
    id BIGINT NOT NULL PRIMARY KEY,         -- 1
    installation TEXT NOT NULL,             -- the same in all of them
    name TEXT NOT NULL,                     -- empty: the configuration database
    position BIGINT                         -- of the directory's last change that is copied; NULL: the first copy is not whole
);

-- What other storages have not copied yet: when each principal, its addresses or memberships last changed. Numbers grow in the order of commits.
CREATE TABLE directory_change (
    principal_id BIGINT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL
);
CREATE INDEX directory_change_number ON directory_change (number);

-- The last of these numbers. Without a row nobody copies, and nothing is noted.
CREATE TABLE directory_state (
    id BIGINT NOT NULL PRIMARY KEY,         -- 1
    last_change BIGINT NOT NULL
);
