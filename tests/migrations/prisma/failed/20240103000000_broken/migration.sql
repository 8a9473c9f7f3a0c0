-- CreateTable
create table broken (id nosuchtype);
