-- one /* two
create function f(a int default 1, "b ""c" text[] = array['x', E'\'y']) returns table (d numeric(10,2))
language sql begin atomic select case when a > $1 then 1 end; end;
/* nested /* comment */ here */ select $tag$ body; $$ $tag$ || U&'\0041' :: text, (1 + [2]);
\restrict abc
copy t (a, b) from stdin;
