-- title: Domains that act for a target domain
-- group: domains
-- severity: info
-- needs: connections
-- why: a domain has its target's rights; a target whose connection comes later is lost on restore
-- refs: SET_TARGET in xenstore.txt
-- param: image_id integer (required) the image to look at
-- keywords: stub domain, device model, qemu
-- sentence: domain {domid} acts for domain {target_domid}; on a restore: [on_restore]
-- subject: domid, target_domid
-- columns: domid integer, target_domid integer, on_restore text
SELECT c.domid, c.target_domid,
       CASE WHEN t.record_id IS NULL THEN 'the target has no connection'
            WHEN t.record_id > c.record_id THEN 'lost: the target comes later in the stream'
            ELSE 'kept' END AS on_restore
FROM connections c
LEFT JOIN (SELECT * FROM connections k WHERE k.image_id = :image_id) t ON t.conn_type = 0 AND t.domid = c.target_domid
WHERE c.image_id = :image_id AND c.target_domid IS NOT NULL
ORDER BY c.domid;
