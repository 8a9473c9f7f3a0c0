ActiveRecord::Schema.define(version: 2026_01_05_120000) do

  # These are extensions that must be enabled in order to support this database
  enable_extension "citext"
  enable_extension "plpgsql"

  create_table "clients", id: :uuid, default: -> { "gen_random_uuid()" }, comment: "who pays", force: :cascade do |t|
    t.string "name", limit: 120, null: false
    t.citext "email", null: false
    t.string "tags", default: [], array: true
    t.integer "scores", default: [1, 2], array: true
    t.jsonb "settings", default: {"a"=>[1, 2]}, null: false
    t.decimal "credit", precision: 12, scale: 2, default: "0.0", null: false
    t.boolean "active", default: true, null: false
    t.bigint "parent_id"
    t.date "since", default: "2020-02-29"
    t.binary "raw", default: "\x00\xFF"
    t.interval "grace", default: "P3D"
    t.inet "address"
    t.column "kind", "regtype", default: "text"
    t.bigint "big", default: 5000000000
    t.float "rate", default: 1.5
    t.time "opens", default: "2000-01-01 09:30:00"
    t.date "days", default: [], array: true
    t.bit "flags", limit: 3, default: "101"
    t.money "fee", default: "1.5", scale: 2
    t.uuid "token", default: -> { "gen_random_uuid()" }
    t.string "quoted", default: "it's 50% \\ of"
    t.datetime "created_at", precision: 6, null: false
    t.datetime "updated_at", precision: 6, default: -> { "CURRENT_TIMESTAMP" }, null: false
    t.index "lower((name)::text)", name: "clients_by_name"
    t.index ["email"], name: "index_clients_on_email", unique: true
    t.index ["tags"], name: "index_clients_on_tags", using: :gin
  end

  create_table "orders", force: :cascade do |t|
    t.uuid "client_id", null: false
    t.string "status", default: "new", null: false
    t.numrange "band"
    t.index ["client_id"], name: "index_orders_on_client_id", where: "((status)::text <> 'closed'::text)"
    t.check_constraint "(status)::text <> ''::text", name: "orders_status"
  end

  create_table "memberships", primary_key: ["client_id", "order_id"], force: :cascade do |t|
    t.uuid "client_id", null: false
    t.bigint "order_id", null: false
  end

  add_foreign_key "orders", "clients", on_delete: :cascade
  add_foreign_key "memberships", "orders"
end
