-- title: The handshake of a device, step by step
-- group: logs
-- severity: none
-- needs: a log
-- why: shows which side of a device waited for which, and how long each step took
-- refs: xenbus states in xen/io/xenbus.h
-- param: path (required) the device's directory at the guest, like /local/domain/5/device/vif/0
-- param: backend (default what the log or an image says) the device's directory at the backend
-- param: log integer (default all) the id of the log to look at
-- param: until (default the end) a time like 2026-08-01T12:00:00Z: show no step after it
-- param: top integer (default 1000) show at most this many steps, the newest
-- keywords: vif, vbd, state, connect, xenbus, frontend, backend, slow, time
-- columns: log_id integer, position integer, time text, side text, domid integer, connection text,
--          state octets, meaning text, seconds real, outcome text
-- seconds: since the step before it; a trace log has whole seconds.
WITH ends (side, path) AS (
  SELECT 'frontend', rtrim(:path, '/') || '/state'
  UNION ALL
  SELECT 'backend', rtrim(coalesce(:backend, (SELECT e.value FROM path p JOIN event e ON e.path_id = p.path_id
     WHERE p.path = rtrim(:path, '/') || '/backend' AND e.operation = 2 ORDER BY e.event_id DESC LIMIT 1),
    (SELECT s.value FROM path p JOIN node_span s ON s.path_id = p.path_id
     WHERE p.path = rtrim(:path, '/') || '/backend' ORDER BY s.chain_id DESC, s.first_gen DESC LIMIT 1)), '/') || '/state'
),
steps AS MATERIALIZED (
  SELECT g.log_id, e.event_id, e.segment_id, n.side, e.value, g.start + e.at AS instant, g.position
  FROM ends n
  JOIN path p ON p.path = n.path
  JOIN event e ON e.path_id = p.path_id AND e.operation = 2
  JOIN log_segment g ON g.segment_id = e.segment_id
  WHERE g.log_id = coalesce(:log, g.log_id)
    AND g.start + e.at < CAST(strftime('%s', coalesce(:until, '9999-12-31')) AS INTEGER) * 1000 + 1000
  ORDER BY g.start + e.at DESC, e.event_id DESC LIMIT coalesce(:top, 1000)
)
SELECT s.log_id, v.position, v.time, s.side, v.domid, v.connection, s.value AS state,
       CASE s.value WHEN '1' THEN 'initialising' WHEN '2' THEN 'waits for the frontend' WHEN '3' THEN 'initialised'
                    WHEN '4' THEN 'connected' WHEN '5' THEN 'closing' WHEN '6' THEN 'closed' WHEN '7' THEN 'reconfiguring'
                    WHEN '8' THEN 'reconfigured' END AS meaning,
       (s.instant - lag(s.instant) OVER (PARTITION BY s.log_id ORDER BY s.position, s.event_id)) / 1000.0 AS seconds,
       v.outcome
FROM steps s JOIN events v ON v.event_id = s.event_id
ORDER BY s.log_id, v.position;
