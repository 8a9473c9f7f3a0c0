defmodule Shop.Repo.Migrations.CreateClients do
  use Ecto.Migration

  def change do
    create table(:clients) do
    end
  end
end
