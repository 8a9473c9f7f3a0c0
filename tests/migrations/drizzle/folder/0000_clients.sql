CREATE TABLE "clients" (
	"id" integer PRIMARY KEY NOT NULL
);
