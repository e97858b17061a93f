-- What stood in a collection until it was replaced, renamed, moved away or deleted, or its properties changed: by it a collection is brought back to
-- what it was at a time within `storage.history-keep`. Positions are those of the collection's change log.
CREATE TABLE past_member (
    collection_id BIGINT NOT NULL,
    until_modseq BIGINT NOT NULL,           -- of the change that ended it; it ended one member at most
    since_modseq BIGINT NOT NULL,           -- of the change that made it what it was
    name TEXT NOT NULL,
    id BIGINT NOT NULL,                     -- node
    etag TEXT NOT NULL,
    size BIGINT NOT NULL,
    component TEXT NOT NULL,
    uid TEXT,
    content_type TEXT,
    blob_id BIGINT NOT NULL,
    created BIGINT NOT NULL,
    modified BIGINT NOT NULL,
    attached_bytes BIGINT,
    ended BIGINT NOT NULL,                  -- when
    PRIMARY KEY (collection_id, until_modseq)
) WITHOUT ROWID;
CREATE INDEX past_member_ended ON past_member (ended);

-- What a property of a member was before a change.
CREATE TABLE past_property (
    collection_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    until_modseq BIGINT NOT NULL,
    value BLOB,                             -- NULL: there was none
    ended BIGINT NOT NULL,
    PRIMARY KEY (collection_id, member_id, namespace, name, until_modseq)
) WITHOUT ROWID;
CREATE INDEX past_property_ended ON past_property (ended);

-- What ended up to and with this position of the change log may be forgotten: of no earlier one can be told what was there.
ALTER TABLE collection ADD COLUMN history_floor BIGINT NOT NULL DEFAULT 0;
UPDATE collection SET history_floor = modseq;

-- What a resource has of properties above 4 KiB counts towards its owner's quota from now on.
WITH RECURSIVE large (collection_id, bytes) AS (
    SELECT collection_id, SUM(n - 4096)
    FROM (SELECT collection_id, SUM(LENGTH(value)) AS n FROM property GROUP BY collection_id, member_id) AS sums
    WHERE n > 4096 GROUP BY collection_id
), above (below_id, id) AS (
    SELECT collection_id, collection_id FROM large
    UNION
    SELECT above.below_id, collection.parent_id FROM above JOIN collection ON collection.id = above.id
    WHERE collection.parent_id IS NOT NULL
), counted (owner_id, bytes) AS (
    SELECT collection.owner_id, large.bytes FROM large JOIN collection ON collection.id = large.collection_id
    WHERE large.collection_id NOT IN (
        SELECT above.below_id FROM above JOIN collection ON collection.id = above.id WHERE collection.trashed IS NOT NULL)
)
UPDATE principal SET used_bytes = used_bytes + (SELECT SUM(bytes) FROM counted WHERE counted.owner_id = principal.id)
WHERE id IN (SELECT owner_id FROM counted);
