# Prints the SQL that creates what db/schema.rb of a Rails application describes. It connects to no database: what Active
# Record sends to the server is printed instead.
path = ARGV.fetch(0)
out = $stdout.dup
# What the application prints when it starts is not SQL.
$stdout.reopen($stderr)

application = File.expand_path("config/application")
unless File.exist?("#{application}.rb")
  abort "there is no config/application.rb: #{path} is not in the folder of a Rails application"
end
begin
  require application
rescue LoadError => error
  abort "#{error.message}\nthe gems of the application must be installed: bundle install"
end
require "active_record"
require "pg"

# Answers as an empty database of PostgreSQL 18 does, and keeps the statements that change something.
class EmptyDatabase
  ANSWERS = {
    /\ASHOW max_identifier_length/i => "63",
    /\ASHOW search_path/i => '"$user", public',
    /\ASHOW (timezone|time zone)/i => "UTC",
    /\ASHOW server_version/i => "18.0",
    /\ASHOW/i => "on",
    /\ASELECT current_schema(\(\))?\z/i => "public",
    /\ASELECT 1\z/i => "1",
  }.freeze
  NO_CHANGE = /\A(SELECT|WITH|SHOW|SET|RESET|DISCARD|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|DEALLOCATE)\b/i

  # The result of a query: no row, or one value.
  class Result
    include Enumerable

    attr_reader :values, :fields

    def initialize(value)
      @values = value ? [[value]] : []
      @fields = value ? ["value"] : []
    end

    def each(&block) = @values.map { |row| @fields.zip(row).to_h }.each(&block)
    def map_types!(_) = self
    def ntuples = @values.size
    def nfields = @fields.size
    def ftype(_) = 25
    def fmod(_) = -1
    def cmd_tuples = 0
    def getvalue(row, column) = @values[row][column]
    def check = self
    def clear = nil
    def cleared? = true
    def result_status = PG::PGRES_TUPLES_OK
  end

  attr_accessor :type_map_for_queries, :type_map_for_results
  attr_reader :statements

  def initialize
    @statements = []
    @type_map_for_queries = PG::TypeMapAllStrings.new
    @type_map_for_results = PG::TypeMapByOid.new
    @prepared = {}
  end

  def query(sql, *)
    text = sql.gsub(%r{/\*.*?\*/}m, "").strip
    _, value = ANSWERS.find { |pattern, _| text.match?(pattern) }
    @statements << text.delete_suffix(";") unless value || text.empty? || text.match?(NO_CHANGE)
    result = Result.new(value)
    block_given? ? yield(result) : result
  end
  %i[exec async_exec exec_params async_exec_params sync_exec].each { |name| alias_method name, :query }

  def prepare(name, sql, *)
    @prepared[name] = sql
    Result.new(nil)
  end

  def exec_prepared(name, *) = query(@prepared.fetch(name))
  def server_version = 180_000
  def status = PG::CONNECTION_OK
  def transaction_status = PG::PQTRANS_IDLE
  def finished? = false
  def escape(text) = PG::Connection.escape(text)
  alias escape_string escape
  def escape_bytea(bytes) = "\\x#{bytes.unpack1("H*")}"
  def unescape_bytea(text) = PG::Connection.unescape_bytea(text)
  def escape_literal(text) = "'#{escape(text)}'"
  def quote_ident(name) = PG::Connection.quote_ident(name)
  def get_last_result = Result.new(nil)
  def host = "localhost"
  def parameter_status(name) = name == "standard_conforming_strings" ? "on" : nil

  # What only concerns the connection has no effect.
  %i[
    set_client_encoding client_encoding= internal_encoding= close finish reset cancel block
    set_notice_receiver set_notice_processor check_socket field_name_type=
  ].each { |name| define_method(name) { |*, **| nil } }
end

DATABASE = EmptyDatabase.new
PG.define_singleton_method(:connect) { |*, **| DATABASE }
PG::Connection.define_singleton_method(:new) { |*, **| DATABASE }
# The library escapes for the server to which it was connected last. With standard strings, a backslash is one.
%i[escape escape_string].each { |name| PG::Connection.define_singleton_method(name) { |text| text.to_s.gsub("'", "''") } }

# Only the objects are wanted, and not the tables in which Rails keeps its history.
definition = defined?(ActiveRecord::Schema::Definition) ? ActiveRecord::Schema::Definition : ActiveRecord::Schema
definition.class_eval { def define(_info = {}, &block) = instance_eval(&block) }

require File.expand_path("config/environment")

base = ActiveRecord::Base
configurations = base.configurations.configs_for(env_name: Rails.env)
config = configurations.find { |config| config.adapter.to_s.match?(/postg/) }
abort "no database of the environment #{Rails.env} in config/database.yml is PostgreSQL" unless config
# The names and the passwords of the configuration are not used.
base.establish_connection(adapter: config.adapter, database: "driftgate", prepared_statements: false)
connection = base.respond_to?(:lease_connection) ? base.lease_connection : base.connection

# Active Record asks the server which type a column has in order to write its default. Its own registry knows, too.
module TypesOfRegistry
  def quote_default_expression(value, column)
    return super if value.is_a?(Proc) || (column.type == :uuid && value.to_s.match?(/\(\)/))

    quote(registered_type(column).serialize(value))
  end

  def registered_type(column)
    options = column.respond_to?(:options) ? column.options : {}
    element = column.type == :bigint ? :big_integer : column.type.to_sym
    options[:array] ? lookup(element, array: true) || lookup(:string, array: true) : lookup(element)
  end

  # A type that is not registered, such as one of the application's own, has values that are written as they are.
  def lookup(name, **modifiers)
    ActiveRecord::Type.lookup(name, adapter: :postgresql, **modifiers)
  rescue ArgumentError
    modifiers.empty? ? ActiveRecord::Type::Value.new : nil
  end
end
connection.singleton_class.prepend(TypesOfRegistry)

ActiveRecord::Migration.verbose = false
DATABASE.statements.clear
begin
  load File.expand_path(path)
rescue StandardError => error
  # The text of an error may contain the whole connection.
  message = error.message.lines.first.to_s.sub(/ for #<.*/m, "").strip[0, 300]
  place = error.backtrace.to_a.find { |line| line.include?(path) }
  abort "#{place&.delete_prefix("#{Dir.pwd}/")}: #{message} (Active Record #{ActiveRecord.version})"
end
out.puts(DATABASE.statements.map { |statement| "#{statement};\n\n" })
