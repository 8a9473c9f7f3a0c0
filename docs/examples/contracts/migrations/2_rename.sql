alter table clients rename column email to mail;
