-- Schema version 11: the time zone of logs. A C xenstored writes the host's local time, without its
-- zone: who imports its trace log may say it.
--
-- start and finish of a segment, and the minutes of log_minute, are UTC if utc_offset is known. The
-- times in its lines are ahead of them by it.
ALTER TABLE log_segment ADD COLUMN
  utc_offset INTEGER CHECK (utc_offset BETWEEN -840 AND 840); -- minutes ahead of UTC; NULL: unknown
UPDATE log_segment SET utc_offset = 0 WHERE log_id IN (SELECT log_id FROM log WHERE form <> 'trace');

PRAGMA user_version = 11;
