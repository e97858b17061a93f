-- What somebody keeps for themselves alone on an object of a calendar that is not theirs: alarms, and when they were put off.
CREATE TABLE personal_alarm (
    principal_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,              -- node; also of one in the trash
    tag TEXT NOT NULL,                      -- of `data`; part of the ETag that the principal is told
    size BIGINT NOT NULL,                   -- of `data`; counts in the principal's used_bytes
    data BLOB NOT NULL,                     -- iCalendar: a component for the object's master and each instance that has its own
    PRIMARY KEY (principal_id, member_id)
) WITHOUT ROWID;
CREATE INDEX personal_alarm_of_member ON personal_alarm (member_id);

-- The ETag of a calendar object without what is its owner's alone; NULL: there is nothing of the kind in it. Part of the index,
-- and made anew with it.
ALTER TABLE search_text ADD COLUMN shared_tag TEXT;

-- Whose change it is, where nobody else sees another object by it; NULL: everybody's.
ALTER TABLE change ADD COLUMN principal_id BIGINT;
