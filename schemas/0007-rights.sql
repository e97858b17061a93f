-- Who may do what with what is not theirs: groups, grants, and the shared collections in the homes of those who may read them.
-- Times are milliseconds since 1970 in UTC.

-- Who is in a group: users, rooms, resources and groups.
CREATE TABLE group_member (
    group_id BIGINT NOT NULL,               -- principal of kind group
    member_id BIGINT NOT NULL,              -- principal
    directory TEXT,                         -- which directory elsewhere says so; NULL: an administrator here
    PRIMARY KEY (group_id, member_id)
) WITHOUT ROWID;
CREATE INDEX group_of_member ON group_member (member_id, group_id);

-- What somebody may do with a collection and all that is in it. The owner needs no row.
CREATE TABLE access_grant (
    collection_id BIGINT NOT NULL,
    grantee BIGINT NOT NULL,                -- principal; 0: all of the owner's domain that are signed in; -1: everybody
    rights BIGINT NOT NULL,                 -- a set of bits (Rights.swift)
    expires BIGINT,                         -- from then on it counts for nothing; NULL: never
    created BIGINT NOT NULL,
    PRIMARY KEY (collection_id, grantee)
) WITHOUT ROWID;
CREATE INDEX access_grant_of_grantee ON access_grant (grantee, collection_id);

-- The generation grows with every change of the two tables above, and of shared collections that sharees see in their
-- homes: what was worked out from them under an older one is worked out anew.
CREATE TABLE rights_state (
    id BIGINT NOT NULL PRIMARY KEY,         -- 1
    generation BIGINT NOT NULL
);
INSERT INTO rights_state (id, generation) VALUES (1, 1);

-- Collections of others as they stand in a home, under a name that nothing else there has.
CREATE TABLE mount (
    home_id BIGINT NOT NULL,                -- collection
    name TEXT NOT NULL,                     -- the segment in the URL, decoded
    collection_id BIGINT NOT NULL,
    told_version BIGINT NOT NULL,           -- the collection's property_version that the home's log has told
    is_hidden BIGINT NOT NULL DEFAULT 0,    -- the sharee has deleted it from the home; the right stays
    PRIMARY KEY (home_id, name)
) WITHOUT ROWID;
CREATE UNIQUE INDEX mount_of_collection ON mount (collection_id, home_id);

-- What the sharee has set on it for themselves: name, colour, order, whether it takes their time.
CREATE TABLE mount_property (
    home_id BIGINT NOT NULL,
    collection_id BIGINT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    value BLOB NOT NULL,                    -- the whole element as XML that stands alone
    PRIMARY KEY (home_id, collection_id, namespace, name)
) WITHOUT ROWID;

-- Grows when properties of the collection change that those see who have it in their homes.
ALTER TABLE collection ADD COLUMN property_version BIGINT NOT NULL DEFAULT 0;
