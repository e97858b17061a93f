-- Managed attachments of calendar objects (RFC 8607).

-- Bytes that calendar objects refer to by MANAGED-ID. They are never changed: an update makes another one.
CREATE TABLE attachment (
    id BIGINT NOT NULL PRIMARY KEY,         -- node
    managed_id TEXT NOT NULL UNIQUE,        -- as it stands in objects and URLs; nobody can guess it
    owner_id BIGINT NOT NULL,               -- principal: whose calendar it was added in
    filename TEXT,
    content_type TEXT,                      -- as sent
    etag TEXT NOT NULL,                     -- of the bytes, without quotes
    size BIGINT NOT NULL,
    blob_id BIGINT NOT NULL,
    created BIGINT NOT NULL,                -- milliseconds since 1970 in UTC
    unreferenced BIGINT                     -- NULL: some object refers to it; 0: none does any more; else since when that is known
);
CREATE INDEX attachment_unreferenced ON attachment (unreferenced) WHERE unreferenced IS NOT NULL;

-- Which attachments the bytes of an object name. It goes with the bytes: copies of an object, and the object in the trash,
-- have the same blob, and so refer to the same attachments. A projection (`tegu reindex`).
CREATE TABLE attachment_use (
    blob_id BIGINT NOT NULL,
    attachment_id BIGINT NOT NULL,
    PRIMARY KEY (blob_id, attachment_id)
) WITHOUT ROWID;
CREATE INDEX attachment_use_of_attachment ON attachment_use (attachment_id);

-- The sizes of all attachments that an object refers to; NULL: it refers to none. They count as the object's own bytes do.
ALTER TABLE member ADD COLUMN attached_bytes BIGINT;
ALTER TABLE trash ADD COLUMN attached_bytes BIGINT;
CREATE INDEX member_with_attachments ON member (blob_id) WHERE attached_bytes IS NOT NULL;
