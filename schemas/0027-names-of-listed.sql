-- By which name an entry of an address list is found before it is a principal: the one that it signs in with then. Of directories that
-- were read before there were such names the next refresh reads all.
ALTER TABLE address_list_entry ADD COLUMN sign_in_name TEXT NOT NULL DEFAULT '';
CREATE INDEX address_list_entry_sign_in_name ON address_list_entry (sign_in_name) WHERE sign_in_name <> '';
ALTER TABLE address_list_source ADD COLUMN has_names BIGINT NOT NULL DEFAULT 0;  -- 1: all its entries were read since
