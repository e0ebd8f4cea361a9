-- title: Transactions that were not accepted, and what stood against them
-- group: logs
-- severity: none
-- needs: a log
-- why: a client that is refused again and again (EAGAIN) shares paths with another writer
-- param: log integer (default all) the id of the log to look at
-- param: top integer (default 100) show at most this many, the newest first
-- keywords: EAGAIN, conflict, retry, commit, transaction
-- columns: log_id integer, position integer, time text, connection text, domid integer,
--          tid integer, changes integer, path octets, beaten_by_domid integer,
--          beaten_by_position integer
-- changes: how many changes were lost. path: one that another connection changed meanwhile, and
-- that change; NULL: the log shows none, as the daemon also compares what was only read.
-- oxenstored then tries the transaction again by itself, and its client may not notice.
WITH lost AS MATERIALIZED (
  SELECT t.transaction_id, t.segment_id, t.connection_id, t.tid, t.first_event, t.last_event, g.log_id
  FROM log_transaction t JOIN log_segment g ON g.segment_id = t.segment_id
  WHERE t.result = 'conflict' AND g.log_id = coalesce(:log, g.log_id)
  ORDER BY t.last_event DESC
  LIMIT coalesce(:top, 100)
),
beaten AS MATERIALIZED (
  SELECT l.transaction_id,
         (SELECT o.event_id FROM event o
          WHERE o.event_id BETWEEN l.first_event AND l.last_event AND o.operation BETWEEN 2 AND 5
            AND o.connection_id <> l.connection_id AND (o.outcome = 0 OR o.outcome IS NULL)
            AND o.path_id IN (SELECT e.path_id FROM event e
                              WHERE e.event_id BETWEEN l.first_event AND l.last_event AND e.transaction_id = l.transaction_id)
          ORDER BY o.event_id DESC LIMIT 1) AS event_id,
         (SELECT count(*) FROM event e
          WHERE e.event_id BETWEEN l.first_event AND l.last_event AND e.transaction_id = l.transaction_id
            AND e.operation BETWEEN 2 AND 5) AS changes
  FROM lost l
)
SELECT l.log_id, v.position, v.time, c.name AS connection, c.domid, l.tid, b.changes, p.path, w.domid AS beaten_by_domid,
       v.position - l.last_event + o.event_id AS beaten_by_position
FROM lost l
JOIN beaten b ON b.transaction_id = l.transaction_id
JOIN log_connection c ON c.connection_id = l.connection_id
JOIN events v ON v.event_id = l.last_event
LEFT JOIN event o ON o.event_id = b.event_id
LEFT JOIN log_connection w ON w.connection_id = o.connection_id
LEFT JOIN path p ON p.path_id = o.path_id
ORDER BY l.last_event DESC;
