-- What a grant to one user or group is besides, where it was made by an invitation (Apple's calendarserver-sharing). It goes with
-- the grant. Who has declined has hidden the mount.
CREATE TABLE invitation (
    collection_id BIGINT NOT NULL,
    grantee BIGINT NOT NULL,                -- principal
    uid TEXT NOT NULL,                      -- what the answer names
    common_name TEXT,                       -- as whom the sharer named the sharee
    summary TEXT,                           -- what the sharer calls the collection
    is_accepted BIGINT NOT NULL DEFAULT 0,  -- the sharee has answered so
    PRIMARY KEY (collection_id, grantee)
) WITHOUT ROWID;
CREATE UNIQUE INDEX invitation_of_uid ON invitation (uid);
CREATE INDEX invitation_of_grantee ON invitation (grantee);
