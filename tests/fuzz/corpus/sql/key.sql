lower(name) collate "de_DE" desc nulls last include (a, b) where "x y" is not null -- é
