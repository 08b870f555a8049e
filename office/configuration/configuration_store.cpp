#include "office/configuration/configuration_store.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "office/approvals/approval_store.hpp"

namespace cambist::office::configuration {

namespace {

namespace json = boost::json;
using pg::Query;

#define VERSION_COLUMNS                                                                      \
    "name, version, body, author, reason, approval_id, at, "                                 \
    "case when approval_id is null then '{}' else configuration_approvers(approval_id) end " \
    "from configuration "
constexpr Query list_current{"configuration_all", "select distinct on (name) " VERSION_COLUMNS
                                                  "order by name, version desc"};
constexpr Query get_current{"configuration_current",
                            "select " VERSION_COLUMNS
                            "where name = $1 order by version desc limit 1"};
// On the way of every decision about an account, which asks who agreed of nobody.
constexpr Query get_in_force{"configuration_in_force",
                             "select name, version, body, author, reason, approval_id, at, "
                             "'{}'::text[] from configuration "
                             "where name = $1 order by version desc limit 1"};
constexpr Query get_version{"configuration_version",
                            "select " VERSION_COLUMNS "where name = $1 and version = $2"};
constexpr Query list_history{"configuration_history",
                             "select " VERSION_COLUMNS
                             "where name = $1 and ($2 = 0 or version <= $2) "
                             "order by version desc limit $3"};
#undef VERSION_COLUMNS
constexpr Query add_version{
    "configuration_insert",
    "insert into configuration (name, version, body, author, reason, approval_id) "
    "values ($1, $2, $3, $4, $5, $6)"};
constexpr Query list_known{
    "configuration_known_names",
    "select array(select name from role), "
    "  array(select distinct role from role_permission where permission = 'approval.decide'), "
    "  array(select distinct role from effective_scope where permission = 'approval.decide'), "
    "  array(select act.key from configuration c, jsonb_each(c.body->'actions') act "
    "        where c.name = 'approvals' and c.version = "
    "          (select max(version) from configuration where name = 'approvals') "
    "        and not exists (select from jsonb_array_elements(act.value->'levels') l "
    "          where not exists (select from effective_scope s "
    "            where s.permission = 'approval.decide' and l.value->'roles' ? s.role))), "
    "  array(select code from legal_entity), array(select name from pg_timezone_names)"};
constexpr Query ask_scope{"configuration_scope", "select sees_all()"};

ConfigurationVersion version_of(const pg::Row& row) {
    return {.name = row.get<std::string>(0),
            .version = row.get<std::int64_t>(1),
            .document = json::parse(row.get<std::string_view>(2)),
            .author = row.get<std::string>(3),
            .reason = row.get<std::string>(4),
            .approval = row.get<std::optional<OperationId>>(5),
            .approvers = row.get<std::vector<std::string>>(7),
            .at = row.get<Instant>(6)};
}

std::vector<ConfigurationVersion> versions_of(const pg::Result& rows) {
    std::vector<ConfigurationVersion> versions;
    for (const pg::Row row : rows)
        versions.push_back(version_of(row));
    return versions;
}

KnownNames::Names names_of(const pg::Row& row, int column) {
    const auto list = row.get<std::vector<std::string>>(column);
    return {list.begin(), list.end()};
}

}  // namespace

awaitable<std::vector<ConfigurationVersion>> all(pg::Transaction& tx) {
    const auto rows = co_await tx.execute(list_current);
    co_return versions_of(rows);
}

awaitable<std::optional<ConfigurationVersion>> current(pg::Transaction& tx, std::string name) {
    const auto rows = co_await tx.execute(get_current, name);
    const auto row = rows.first();
    if (!row)
        co_return std::nullopt;
    co_return version_of(*row);
}

awaitable<std::optional<ConfigurationVersion>> find(pg::Transaction& tx, std::string name,
                                                    std::int64_t version) {
    const auto rows = co_await tx.execute(get_version, name, version);
    const auto row = rows.first();
    if (!row)
        co_return std::nullopt;
    co_return version_of(*row);
}

awaitable<std::vector<ConfigurationVersion>> history(pg::Transaction& tx, std::string name,
                                                     std::int64_t version, int limit) {
    const auto rows = co_await tx.execute(list_history, name, version, std::int64_t{limit});
    co_return versions_of(rows);
}

void ask(pg::Transaction& tx, std::string_view name) {
    tx.send(get_in_force, name);
}

ConfigurationVersion version_in(const pg::Result& answer) {
    return version_of(answer.one());
}

awaitable<void> lock(pg::Transaction& tx, std::string name) {
    co_await approvals::subject_state(tx, "configuration:" + name);
}

void insert(pg::Transaction& tx, const ConfigurationVersion& version) {
    const std::string document = json::serialize(version.document);
    tx.send(add_version, version.name, version.version, pg::Json{document}, version.author,
            version.reason, version.approval);
}

awaitable<KnownNames> known_names(pg::Transaction& tx) {
    const auto rows = co_await tx.execute(list_known);
    const pg::Row row = rows.one();
    co_return KnownNames{.roles = names_of(row, 0),
                         .deciding_roles = names_of(row, 1),
                         .held_roles = names_of(row, 2),
                         .decided_acts = names_of(row, 3),
                         .legal_entities = names_of(row, 4),
                         .zones = names_of(row, 5)};
}

awaitable<bool> covers_everything(pg::Transaction& tx) {
    const auto rows = co_await tx.execute(ask_scope);
    co_return rows.one().get<bool>(0);
}

}  // namespace cambist::office::configuration
