import { index, integer, pgEnum, pgTable, primaryKey, serial, text, timestamp } from "drizzle-orm/pg-core";

export const status = pgEnum("billing_status", ["free", "paid"]);

export const clients = pgTable(
  "clients",
  {
    id: serial("id").primaryKey(),
    name: text("name").notNull().default("50%"),
    tags: text("tags").array(),
    status: status("status").default("free").notNull(),
    at: timestamp("at", { withTimezone: true }).defaultNow(),
  },
  (table) => [index("clients_name").on(table.name)],
);

export const orders = pgTable(
  "orders",
  {
    client: integer("client_id").notNull().references(() => clients.id, { onDelete: "cascade" }),
    number: integer("number"),
  },
  (table) => [primaryKey({ columns: [table.client, table.number] })],
);
