#include "gateway/routes/shape.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <charconv>
#include <chrono>

#include "gateway/http/amount.hpp"

namespace cambist::gateway {

namespace json = boost::json;

std::string rfc3339(Instant at) {
    using namespace std::chrono;
    const sys_time<nanoseconds> time{nanoseconds(at.ns)};
    const auto day = floor<days>(time);
    const year_month_day date{day};
    const hh_mm_ss clock{time - day};
    std::string text =
        fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    clock.hours().count(), clock.minutes().count(), clock.seconds().count());
    if (clock.subseconds().count() != 0) {
        text += fmt::format(".{:09}", clock.subseconds().count());
        text.erase(text.find_last_not_of('0') + 1);
    }
    return text + "Z";
}

json::value rfc3339(const std::optional<Instant>& at) {
    if (!at)
        return nullptr;
    return json::value(rfc3339(*at));
}

json::value money(std::int64_t minor, int digits, std::string_view currency) {
    return json::object{{"amount", amount_text(minor, digits)}, {"currency", currency}};
}

json::array words_of(Rights rights) {
    static constexpr std::pair<Right, std::string_view> words[] = {{Right::connect, "connect"},
                                                                   {Right::open, "open"},
                                                                   {Right::deposit, "deposit"},
                                                                   {Right::withdraw, "withdraw"},
                                                                   {Right::transfer, "transfer"}};
    json::array list;
    for (const auto& [right, word] : words)
        if (rights.has(right))
            list.emplace_back(word);
    return list;
}

std::string etag_of(const office::TradingServer& server) {
    return fmt::format("\"v{}-{}-{}\"", server.config_version, server.policy_era,
                       server.money_out_stopped ? 1 : 0);
}

std::string etag_of(const office::Client& client) {
    return fmt::format("\"v{}\"", client.version);
}

json::object words_of(const office::ClientScope& scope) {
    json::value partner = nullptr;
    if (scope.partner)
        partner = json::string(scope.partner->uuid());
    return {
        {"legal_entities", json::array(scope.legal_entities.begin(), scope.legal_entities.end())},
        {"regions", json::array(scope.regions.begin(), scope.regions.end())},
        {"own_clients", scope.own_clients},
        {"partner_id", std::move(partner)}};
}

Problem problem_of(const office::Refused& refused) {
    using enum office::Refused::Kind;
    int status = 409;
    if (refused.kind == invalid)
        status = 422;
    if (refused.kind == not_found)
        status = 404;
    if (refused.kind == forbidden)
        status = 403;
    if (refused.code == "stale_version")
        status = 412;
    return {status, std::string(refused.code), "", {}, {}};
}

Problem wrong_field(std::string_view field, std::string_view code) {
    return {422,
            "invalid_fields",
            "the body has fields that cannot be taken",
            {{std::string(field), std::string(code)}},
            {}};
}

std::optional<std::uint64_t> number_of(std::string_view text, std::uint64_t most) {
    std::uint64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc{} || end != text.data() + text.size() || text.empty() ||
        text.front() == '0' || number > most)
        return std::nullopt;
    return number;
}

std::expected<OperationId, Problem> path_uuid(const Call& call, std::string_view name,
                                              std::string_view code) {
    const auto id = OperationId::from_uuid(call.value(name));
    if (!id || id->empty())
        return std::unexpected(Problem{404, std::string(code), "", {}, {}});
    return *id;
}

std::expected<ServerId, Problem> path_server(const Call& call) {
    const auto number = number_of(call.value("server"), INT32_MAX);
    if (!number)
        return std::unexpected(Problem{404, "unknown_server", "", {}, {}});
    return ServerId{static_cast<std::uint32_t>(*number)};
}

std::expected<office::AccountKey, Problem> path_account(const Call& call) {
    const auto server = number_of(call.value("server"), INT32_MAX);
    const auto login = number_of(call.value("login"), INT64_MAX);
    if (!server || !login)
        return std::unexpected(Problem{404, "unknown_account", "", {}, {}});
    return office::AccountKey{{static_cast<std::uint32_t>(*server)}, {*login}};
}

std::expected<std::optional<std::int64_t>, Problem> version_wanted(const Request& request) {
    const std::string* header = request.headers.find("If-Match");
    if (!header)
        return std::nullopt;
    const Problem bad{400, "bad_if_match", "If-Match takes one ETag of what is edited", {}, {}};
    if (request.headers.count("If-Match") != 1 || header->size() < 4 ||
        !header->starts_with("\"v") || !header->ends_with('"'))
        return std::unexpected(bad);
    const auto version =
        number_of(std::string_view(*header).substr(2, header->size() - 3), INT64_MAX);
    if (!version)
        return std::unexpected(bad);
    return static_cast<std::int64_t>(*version);
}

office::ClientScope read_scope(FieldReader& fields) {
    constexpr std::size_t most_places = 50, longest_place = 50;
    office::ClientScope scope;
    fields.object("clients", false, [&](FieldReader& clients) {
        scope.legal_entities = clients.optional_texts("legal_entities", most_places, longest_place);
        scope.regions = clients.optional_texts("regions", most_places, longest_place);
        scope.own_clients = clients.optional_flag("own_clients").value_or(false);
        scope.partner = clients.optional_uuid("partner_id");
    });
    return scope;
}

std::expected<std::int64_t, Problem> seen_version(const Call& call) {
    const auto version = version_wanted(call.request);
    if (!version)
        return std::unexpected(version.error());
    if (!*version)
        return std::unexpected(
            Problem{428, "if_match_required", "If-Match names the version looked at", {}, {}});
    return **version;
}

void read_reason(FieldReader& fields) {
    fields.optional_text("reason", 500);
}

namespace {

/// Where the page begins, how long it is and how long it may take are no filters.
bool is_about_the_page(std::string_view parameter) {
    constexpr std::string_view names[] = {"limit", "after", "start", "wait"};
    return std::ranges::find(names, parameter) != std::end(names);
}

/// The path, and the filters in the order of their names.
std::string list_of(const Target& target) {
    std::string list;
    for (const auto& segment : target.segments)
        list += "/" + segment;
    auto filters = target.query;
    std::ranges::sort(filters);
    for (const auto& [name, value] : filters)
        if (!is_about_the_page(name))
            list += '\n' + name + '=' + value;
    return list;
}

}  // namespace

std::expected<Page, Problem> page_of(const Request& request, const CursorKey& key) {
    Page page;
    page.list = list_of(request.target);
    page.key = &key;
    if (const std::string* limit = request.target.parameter("limit")) {
        const auto number = number_of(*limit, 1000);
        if (!number)
            return std::unexpected(Problem{400, "bad_limit", "limit is 1 to 1000", {}, {}});
        page.limit = static_cast<int>(*number);
    }
    if (const std::string* after = request.target.parameter("after")) {
        auto place = page.key->open(page.list, *after);
        if (!place || place->empty())
            return std::unexpected(bad_cursor());
        page.after = std::move(*place);
    }
    return page;
}

std::expected<Page, Problem> page_of(const Call& call) {
    return page_of(call.request, call.cursors);
}

std::optional<std::pair<std::uint64_t, std::uint64_t>> pair_place(std::string_view text) {
    if (text.empty())
        return std::pair<std::uint64_t, std::uint64_t>{};
    const auto point = text.find('.');
    if (point == std::string_view::npos)
        return std::nullopt;
    const auto first = number_of(text.substr(0, point), INT64_MAX);
    const auto second = number_of(text.substr(point + 1), INT64_MAX);
    if (!first || !second)
        return std::nullopt;
    return std::pair{*first, *second};
}

std::string place_text(std::uint64_t first, std::uint64_t second) {
    return std::to_string(first) + "." + std::to_string(second);
}

Problem bad_cursor() {
    return {400, "bad_cursor", "after is not a cursor of this list with these filters", {}, {}};
}

void PageWriter::add(json::object item, std::string place) {
    if (items_.size() == static_cast<std::size_t>(page_.limit)) {
        more_ = true;
        return;
    }
    items_.push_back(std::move(item));
    last_ = std::move(place);
}

Reply PageWriter::reply() && {
    Reply reply;
    json::value next = nullptr;
    if (more_)
        next = json::string(page_.cursor_of(last_));
    reply.body = json::object{{"items", std::move(items_)}, {"next", std::move(next)}};
    return reply;
}

std::expected<std::string, Problem> subject_of(const Call& call) {
    constexpr std::size_t longest = 200;
    const std::string* text = call.request.target.parameter("subject");
    if (text && text->size() > longest)
        return std::unexpected(Problem{400, "bad_parameter", "no such subject", {}, {}});
    return text ? *text : std::string();
}

std::expected<bool, Problem> flag_of(const Call& call, std::string_view name, bool otherwise) {
    const std::string* text = call.request.target.parameter(name);
    if (!text)
        return otherwise;
    if (*text != "true" && *text != "false")
        return std::unexpected(
            Problem{400, "bad_parameter", std::string(name) + " is true or false", {}, {}});
    return *text == "true";
}

}  // namespace cambist::gateway
