-- Accounts that are moved from one storage to another (AccountMove.swift), in the configuration database. Times are milliseconds since
-- 1970 in UTC.
CREATE TABLE account_move (
    principal_id BIGINT NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,                   -- empty: the configuration database
    target TEXT NOT NULL,
    state TEXT NOT NULL,                    -- copying; sealed: nothing can be changed at the source; moved: what is there is to go
    holder TEXT NOT NULL,                   -- the process that is at work: another one takes it over by another name
    changed BIGINT NOT NULL                 -- when it came into the state, or the holder was last heard of
);

-- A seal keeps what an account owns as it is: each change of it moves one of the counters below, and fails where that is not what was
-- sealed. NULL: there is none. A constraint costs writers nothing, whoever they are, and no transaction can pass it by having begun before.
ALTER TABLE collection ADD COLUMN sealed BIGINT CHECK (sealed IS NULL OR sealed = modseq);
ALTER TABLE mailbox ADD COLUMN sealed BIGINT CHECK (sealed IS NULL OR sealed = modseq);
ALTER TABLE mail_account ADD COLUMN sealed BIGINT CHECK (sealed IS NULL OR sealed = list_version);
ALTER TABLE principal ADD COLUMN sealed BIGINT CHECK (sealed IS NULL OR sealed = used_bytes);
