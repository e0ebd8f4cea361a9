-- title: The life of a domain in the logs, from its introduction to its release
-- group: logs
-- severity: none
-- needs: a log
-- why: shows when a domid began and ended to be a domain, and who introduced and released it
-- param: domid integer (required) the domain
-- param: log integer (default all) the id of the log to look at
-- keywords: introduce, release, start, shutdown, crash, when, reboot
-- columns: log_id integer, position integer, time text, operation text, connection text,
--          by_domid integer, value octets, outcome text
-- introduce, release, resume and settarget are requests of by_domid; newconn and endconn begin and
-- end the domain's own connection. oxenstored's log does not have the requests by default.
SELECT v.log_id, v.position, v.time, v.operation, v.connection, v.domid AS by_domid, v.value, v.outcome
FROM event e JOIN events v ON v.event_id = e.event_id
WHERE e.operation IN (14, 15, 18, 19) AND CAST(v.value AS INTEGER) = :domid AND v.log_id = coalesce(:log, v.log_id)
UNION ALL
SELECT v.log_id, v.position, v.time, v.operation, v.connection, NULL, NULL, NULL
FROM (SELECT c.connection_id, c.opened AS event_id FROM log_connection c WHERE c.domid = :domid AND c.opened IS NOT NULL
      UNION ALL
      SELECT c.connection_id, c.closed FROM log_connection c WHERE c.domid = :domid AND c.closed IS NOT NULL) c
JOIN events v ON v.event_id = c.event_id
-- The sockets of domain 0 are those of its processes.
WHERE v.connection NOT GLOB 'A[0-9]*' AND v.log_id = coalesce(:log, v.log_id)
ORDER BY log_id, position;
