#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "gateway/http/instant.hpp"
#include "gateway/routes/shape.hpp"
#include "gateway/routes/table.hpp"
#include "office/audit/audit_store.hpp"

namespace cambist::gateway {

namespace {

namespace json = boost::json;

constexpr std::size_t longest_word = 200;

Problem bad_parameter(const std::string& detail) {
    return Problem{400, "bad_parameter", detail, {}, {}};
}

std::optional<Problem> read_words(const Target& target, office::AuditFilter& filter) {
    const std::pair<std::string_view, std::string*> words[] = {{"actor", &filter.actor},
                                                               {"action", &filter.action}};
    for (const auto& [name, value] : words) {
        const std::string* text = target.parameter(name);
        if (text && (text->empty() || text->size() > longest_word))
            return bad_parameter("no such " + std::string(name));
        if (text)
            *value = *text;
    }
    if (const std::string* text = target.parameter("client")) {
        const auto client = OperationId::from_uuid(*text);
        if (!client || client->empty())
            return bad_parameter("client is a UUID");
        filter.client = *client;
    }
    return std::nullopt;
}

std::optional<Problem> read_times(const Target& target, office::AuditFilter& filter) {
    const std::pair<std::string_view, std::optional<Instant>*> times[] = {{"from", &filter.from},
                                                                          {"to", &filter.to}};
    for (const auto& [name, value] : times) {
        const std::string* text = target.parameter(name);
        if (text && !(*value = instant_of(*text)))
            return bad_parameter(std::string(name) + " is a time as 2026-01-31T23:59:59Z");
    }
    return std::nullopt;
}

std::expected<office::AuditFilter, Problem> filter_of(const Call& call) {
    office::AuditFilter filter;
    const Target& target = call.request.target;
    const auto subject = subject_of(call);
    if (!subject)
        return std::unexpected(subject.error());
    filter.subject = *subject;
    if (auto problem = read_words(target, filter))
        return std::unexpected(std::move(*problem));
    if (auto problem = read_times(target, filter))
        return std::unexpected(std::move(*problem));
    return filter;
}

json::value parsed(const std::string& text) {
    return text.empty() ? json::value() : json::parse(text);
}

json::value uuid_or_null(OperationId id) {
    return id.empty() ? json::value() : json::value(id.uuid());
}

json::value text_or_null(const std::string& text) {
    return text.empty() ? json::value() : json::value(text);
}

json::object described(const office::AuditRecord& record, std::string cursor) {
    return {{"id", std::to_string(record.id)},
            {"at", rfc3339(record.at)},
            {"actor", record.actor},
            {"on_behalf_of", text_or_null(record.on_behalf_of)},
            {"action", record.change.action},
            {"subject", record.change.subject},
            {"client_id", uuid_or_null(record.client)},
            {"approval_id", uuid_or_null(record.approval)},
            {"before", parsed(record.change.before)},
            {"after", parsed(record.change.after)},
            {"reason", record.change.reason},
            {"request_id", record.request_id},
            {"address", record.address},
            {"cursor", std::move(cursor)}};
}

awaitable<Answer> list_audit(Call& call) {
    const auto page = page_of(call);
    if (!page)
        co_return std::unexpected(page.error());
    const auto filter = filter_of(call);
    if (!filter)
        co_return std::unexpected(filter.error());
    const auto newest_first = flag_of(call, "newest_first", false);
    if (!newest_first)
        co_return std::unexpected(newest_first.error());
    PageWriter writer(*page);
    office::AuditPage part{.newest_first = *newest_first, .limit = writer.rows_wanted()};
    const auto after = pair_place(page->after);
    if (!after)
        co_return std::unexpected(bad_cursor());
    if (!page->after.empty())
        part.place = {after->first, static_cast<std::int64_t>(after->second)};
    for (const auto& record : co_await office::audit::visible(call.tx, *filter, part)) {
        std::string place = place_text(record.xid, record.id);
        std::string cursor = page->cursor_of(place);
        writer.add(described(record, std::move(cursor)), std::move(place));
    }
    co_return std::move(writer).reply();
}

}  // namespace

std::vector<Route> audit_routes() {
    return {
        {Verb::get,
         "/v1/audit",
         "audit.read",
         KeyRule::none,
         {"limit", "after", "subject", "actor", "action", "client", "from", "to", "newest_first"},
         list_audit},
    };
}

}  // namespace cambist::gateway
