-- title: Watches by what they watch and by the shape of their tokens
-- group: connections
-- severity: none
-- needs: watches
-- why: a driver's tokens share one shape; an unusual shape is a leak; a watch on / sees everything
-- refs: XSA-326, XSA-324
-- param: image_id integer (required) the image to look at
-- columns: domid integer, prefix octets, token_shape text, watches integer
SELECT s.domid, s.prefix, s.token_shape, count(*) AS watches
FROM (
  SELECT coalesce(c.domid, 0) AS domid,
         CASE WHEN substr(w.path, 1, 1) = '@' OR w.path = '/' THEN w.path
              WHEN substr(w.path, 1, 1) <> '/' THEN 'home'
              WHEN instr(substr(w.path, 2), '/') = 0 THEN w.path
              ELSE substr(w.path, 1, instr(substr(w.path, 2), '/')) END AS prefix,
         CASE WHEN w.token = '' THEN 'empty'
              WHEN typeof(w.token) = 'blob' THEN 'bytes'
              WHEN w.token NOT GLOB '*[^0-9a-fA-F]*' THEN 'hexadecimal'
              WHEN w.token GLOB '*[^ -~]*' THEN 'bytes'
              ELSE 'text' END AS token_shape
  FROM watches w
  LEFT JOIN (SELECT * FROM connections k WHERE k.image_id = :image_id) c ON c.conn_id = w.conn_id
  WHERE w.image_id = :image_id
) s
GROUP BY s.domid, s.prefix, s.token_shape
ORDER BY watches DESC, s.domid, s.prefix, s.token_shape;
