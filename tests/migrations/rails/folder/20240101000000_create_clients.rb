class CreateClients < ActiveRecord::Migration[6.1]
  def change
    create_table :clients
  end
end
