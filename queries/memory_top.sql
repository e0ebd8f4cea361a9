-- title: Memory that xenstored accounts to each domain
-- group: memory
-- severity: none
-- needs: permissions, connections, watches
-- why: shows which domain makes the daemon grow
-- refs: XSA-326
-- param: image_id integer (required) the image to look at
-- param: top integer (default 20) show at most this many domains
-- keywords: usage, bytes, accounting
-- columns: domid integer, state text, name octets, bytes integer, nodes integer, watches integer,
--          transactions integer, in_bytes integer, out_bytes integer
-- bytes: for each node 16 bytes (24 to Xen 4.17), 8 bytes per permission, its path and value, and
-- its name with a NUL in its parent's list of children; for each watch its path and token; and what
-- waits to be read by the domain. oxenstored accounts no bytes: for it they are what a C xenstored
-- would account.
SELECT u.domid, u.state, u.name, u.bytes, u.nodes, u.watches, u.transactions, u.in_bytes, u.out_bytes
FROM domain_usage u
WHERE u.image_id = :image_id
ORDER BY u.bytes DESC, u.domid
LIMIT coalesce(:top, 20);
