-- Which entry of a directory elsewhere a principal is. The entry's id never changes and is never another's (objectGUID,
-- ipaUniqueID, entryUUID), so that who is renamed or moved there keeps what is theirs here.
CREATE TABLE directory_account (
    directory TEXT NOT NULL,                -- its name in the settings
    entry_id TEXT NOT NULL,
    principal_id BIGINT NOT NULL,
    seen BIGINT NOT NULL,                   -- when what is kept of the entry was last changed
    PRIMARY KEY (directory, entry_id)
);
CREATE UNIQUE INDEX directory_account_of_principal ON directory_account (principal_id);
