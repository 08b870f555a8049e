#include "office/configuration/configuration_service.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "office/audit/audit_store.hpp"
#include "office/configuration/configuration_store.hpp"
#include "office/outbox/outbox_store.hpp"

namespace cambist::office {

namespace {

namespace json = boost::json;
using enum ConfigurationRefusal;

void record(pg::Transaction& tx, const Actor& actor, const ConfigurationVersion& made,
            const std::vector<Difference>& differences) {
    json::object before, after;
    for (const Difference& difference : differences) {
        before[difference.path] = difference.before;
        after[difference.path] = difference.after;
    }
    const Change change{
        .action = "configuration_changed",
        .subject = made.subject(),
        .before = json::serialize(json::object{{"version", made.version - 1}, {"values", before}}),
        .after = json::serialize(json::object{{"version", made.version}, {"values", after}}),
        .reason = made.reason};
    audit::append(tx, actor, change);
    outbox::append(tx, change.action, change.subject,
                   json::serialize(json::object{{"name", made.name}, {"version", made.version}}));
}

}  // namespace

awaitable<std::expected<ReviewedChange, NotChanged>> review_configuration(
    pg::Transaction& tx, const ConfigurationKind& kind, ConfigurationChange change) {
    auto now = co_await configuration::current(tx, std::string(kind.name));
    if (!now)
        co_return std::unexpected(NotChanged{unknown_configuration});
    if (!co_await configuration::covers_everything(tx))
        co_return std::unexpected(NotChanged{scope_too_narrow});
    const auto known = co_await configuration::known_names(tx);
    auto changed = review_change(*now, change, kind.review(change.document, known));
    if (!changed)
        co_return std::unexpected(std::move(changed.error()));
    co_return ReviewedChange{std::move(*now), std::move(*changed)};
}

awaitable<std::expected<ConfigurationVersion, NotChanged>> change_configuration(
    pg::Transaction& tx, const ConfigurationKind& kind, ConfigurationChange change,
    Authority authority) {
    co_await configuration::lock(tx, std::string(kind.name));
    const auto reviewed = co_await review_configuration(tx, kind, change);
    if (!reviewed)
        co_return std::unexpected(reviewed.error());
    if (!authority.may_widen())
        co_return std::unexpected(NotChanged{needs_approval});

    // From here on the version exists or the database is down.
    const Actor& actor = authority.actor();
    ConfigurationVersion made{.name = reviewed->now.name,
                              .version = reviewed->now.version + 1,
                              .document = std::move(change.document),
                              .author = authority.asked_by(),
                              .reason = std::move(change.reason),
                              .approval = actor.approval,
                              .at = {}};
    configuration::insert(tx, made);
    record(tx, actor, made, reviewed->differences);
    if (kind.follow)
        kind.follow(tx, made);
    auto kept = co_await configuration::current(tx, made.name);
    co_return std::move(*kept);
}

}  // namespace cambist::office
