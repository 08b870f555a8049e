#include <memory>

#include "office/migrations/migration.hpp"
#include "office/pg/transaction.hpp"

namespace cambist::office {

namespace {

using boost::asio::awaitable;
using pg::Connection;
using pg::Query;
using pg::Transaction;

constexpr int first_with_configuration = 16;

constexpr Query lock{"migration_lock", "select pg_advisory_xact_lock(hashtext('cambist.migrate'))"};

// Roles belong to the cluster, so another database's migration may make them at the same time.
constexpr std::string_view prepare_database = R"(
do $$
declare
    wanted text;
begin
    foreach wanted in array array['cambist_owner', 'cambist_bridge', 'cambist_gateway',
                                  'cambist_reports'] loop
        if not exists (select from pg_roles where rolname = wanted) then
            begin
                execute format('create role %I %s', wanted,
                               case wanted when 'cambist_owner' then 'nologin' else 'login' end);
            exception when duplicate_object or unique_violation then null;
            end;
        end if;
    end loop;
    if not pg_has_role(current_user, 'cambist_owner', 'member') then
        execute format('grant cambist_owner to %I', current_user);
    end if;
end $$;
set local client_min_messages = warning;
create schema if not exists cambist authorization cambist_owner;
set local role cambist_owner;
grant usage on schema cambist to cambist_bridge, cambist_gateway, cambist_reports;
create table if not exists schema_migration (
    number     integer primary key,
    name       text not null,
    checksum   bytea not null,
    applied_at timestamptz not null default now()
);
comment on table schema_migration is 'The migrations applied, and the SHA-256 of each one''s text.';
grant select on schema_migration to cambist_bridge, cambist_gateway, cambist_reports;
)";

constexpr Query set_password{"migration_set_password",
                             "select set_config('cambist.role_password', format('alter role %I "
                             "password %L', $1, $2), true)"};
constexpr std::string_view apply_password =
    "do $$ begin execute current_setting('cambist.role_password'); end $$;";

constexpr Query newest{"migration_newest",
                       "select coalesce(max(number), 0), coalesce(max(name), '') from "
                       "schema_migration where number > $1"};
constexpr Query applied{
    "migration_applied",
    "select checksum = sha256(convert_to($2, 'UTF8')) from schema_migration where number = $1"};
constexpr Query record{"migration_record",
                       "insert into schema_migration (number, name, checksum) values ($1, $2, "
                       "sha256(convert_to($3, 'UTF8')))"};

awaitable<void> prepare(Connection& connection, std::map<std::string, std::string> passwords) {
    Transaction tx(connection);
    co_await tx.execute(lock);
    co_await tx.script(std::string(prepare_database) + "reset role;");
    for (const auto& [role, password] : passwords) {
        co_await tx.execute(set_password, role, password);
        co_await tx.script(std::string(apply_password));
    }
    co_await tx.commit();
}

/// True when it was applied now.
awaitable<bool> apply(Connection& connection, const Migration& migration) {
    Transaction tx(connection);
    co_await tx.execute(lock);
    const auto known = co_await tx.execute(applied, migration.number, migration.sql);
    if (!known.empty()) {
        if (!known.one().get<bool>(0))
            throw MigrationRefused("migration " + std::string(migration.name) +
                                   " was changed after it had been applied");
        co_return false;
    }
    std::string sql("set local role cambist_owner; set local lock_timeout = '60s'; ");
    sql += "set local statement_timeout = 0;\n";
    sql += migration.sql;
    sql += "\n; reset role;";
    co_await tx.script(std::move(sql));
    co_await tx.execute(record, migration.number, migration.name, migration.sql);
    co_await tx.commit();
    co_return true;
}

constexpr Query seed_policy{
    "migration_seed_policy",
    "insert into cambist.configuration (name, version, body, author, reason) "
    "select $1, 1, $2::jsonb, 'system:migrate', 'as delivered' "
    "where not exists (select from cambist.configuration where name = $1)"};

awaitable<void> seed_policies(Connection& connection) {
    Transaction tx(connection);
    co_await tx.execute(lock);
    for (const PolicySeed& seed : embedded_policies())
        co_await tx.execute(seed_policy, seed.name, seed.body);
    co_await tx.commit();
}

awaitable<void> make_partitions(Connection& connection) {
    Transaction tx(connection);
    co_await tx.script("select cambist.ensure_partitions(now() + interval '3 months')");
    co_await tx.commit();
}

}  // namespace

awaitable<Migrated> migrate(pg::ConnectionSettings settings, std::span<const Migration> migrations,
                            std::map<std::string, std::string> passwords) {
    const auto connection = co_await Connection::connect(std::move(settings));
    co_await prepare(*connection, std::move(passwords));
    Migrated outcome;
    outcome.version = migrations.empty() ? 0 : migrations.back().number;
    {
        Transaction tx(*connection);
        const auto beyond = co_await tx.execute(newest, outcome.version);
        if (beyond.one().get<std::int32_t>(0) != 0)
            throw MigrationRefused("the database is newer than this program: it has migration " +
                                   beyond.one().get<std::string>(1));
    }
    for (const Migration& migration : migrations)
        outcome.applied += co_await apply(*connection, migration) ? 1 : 0;
    if (outcome.version > 0)
        co_await make_partitions(*connection);
    if (outcome.version >= first_with_configuration)
        co_await seed_policies(*connection);
    co_return outcome;
}

}  // namespace cambist::office
