-- By which name an entry of an address list is found before it is a principal: the one that it signs in with then. It is filled by the
-- next compare, which this makes due.
ALTER TABLE address_list_entry ADD COLUMN sign_in_name TEXT NOT NULL DEFAULT '';
CREATE INDEX address_list_entry_sign_in_name ON address_list_entry (sign_in_name) WHERE sign_in_name <> '';
UPDATE address_list_source SET last_compare = NULL;
UPDATE address_list SET next_refresh = 0;
