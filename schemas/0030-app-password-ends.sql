-- The time (milliseconds since 1970) from which on an app password signs in nowhere; NULL: it has no end.
ALTER TABLE app_password ADD COLUMN expires BIGINT;
