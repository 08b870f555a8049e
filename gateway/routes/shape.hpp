#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/http/fields.hpp"
#include "gateway/http/problem.hpp"
#include "gateway/routes/cursor.hpp"
#include "gateway/routes/table.hpp"
#include "office/accounts/account.hpp"
#include "office/accounts/client.hpp"
#include "office/audit/refused.hpp"
#include "office/staff/api_key.hpp"
#include "office/trading/server.hpp"
#include "sync/vocabulary/ids.hpp"
#include "sync/vocabulary/instant.hpp"
#include "sync/vocabulary/operation_id.hpp"
#include "sync/vocabulary/rights.hpp"

/// Between the words of the wire and those of the office.
namespace cambist::gateway {

/// 2026-01-31T23:59:59.123456789Z, without a fraction that is zero.
std::string rfc3339(Instant at);
boost::json::value rfc3339(const std::optional<Instant>& at);
boost::json::value money(std::int64_t minor, int digits, std::string_view currency);
boost::json::array words_of(Rights rights);

/// Changes with whatever people decide about it; the lease, which moves by itself, has no part.
std::string etag_of(const office::TradingServer& server);
std::string etag_of(const office::Client& client);
/// {"legal_entities":[...],"regions":[...],"own_clients":...,"partner_id":...}; empty: all.
boost::json::object words_of(const office::ClientScope& scope);
/// The same object, as `clients` of a body; all when it is absent.
office::ClientScope read_scope(FieldReader& fields);

/// The status and code of a refusal.
Problem problem_of(const office::Refused& refused);
/// One wrong field found after the body was read.
Problem wrong_field(std::string_view field, std::string_view code);

/// Ids of the path; 404 with that code when they cannot be one, as if it did not exist.
std::expected<OperationId, Problem> path_uuid(const Call& call, std::string_view name,
                                              std::string_view code);
std::expected<ServerId, Problem> path_server(const Call& call);
std::expected<office::AccountKey, Problem> path_account(const Call& call);

/// The version that `If-Match: "v12"` names; 400 `bad_if_match` for anything else.
std::expected<std::optional<std::int64_t>, Problem> version_wanted(const Request& request);

/// The version that was looked at: `If-Match: "v3"`. 428 without one.
std::expected<std::int64_t, Problem> seen_version(const Call& call);

/// The reason that an approval will show, if one turns out to be needed.
void read_reason(FieldReader& fields);

/// `?limit=` and `?after=` of one list with its filters.
struct Page {
    int limit = 100;    ///< 1 to 1000
    std::string after;  ///< the place that the cursor stands for; empty at the beginning
    std::string list;   ///< what its cursors are good for: the path and the filters
    const CursorKey* key = nullptr;

    std::string cursor_of(std::string_view place) const { return key->seal(list, place); }
};
std::expected<Page, Problem> page_of(const Request& request, const CursorKey& key);
std::expected<Page, Problem> page_of(const Call& call);
Problem bad_cursor();
/// A positive number without a sign or a leading zero, at most `most`; nothing otherwise.
std::optional<std::uint64_t> number_of(std::string_view text, std::uint64_t most);

/// A place of two numbers, `<first>.<second>`; both zero when empty.
std::optional<std::pair<std::uint64_t, std::uint64_t>> pair_place(std::string_view text);
std::string place_text(std::uint64_t first, std::uint64_t second);

/// {"items":[...],"next":...}: `next` is null on the last page.
class PageWriter {
  public:
    explicit PageWriter(const Page& page) : page_(page) {}
    /// How many rows to ask for: one more than shown tells whether there is a next page.
    int rows_wanted() const { return page_.limit + 1; }
    /// Adds an item and its place in the list; extra ones are not shown.
    void add(boost::json::object item, std::string place);
    Reply reply() &&;

  private:
    const Page& page_;
    boost::json::array items_;
    std::string last_;
    bool more_ = false;
};

/// `?subject=`, empty without one; 400 `bad_parameter` when no subject is that long.
std::expected<std::string, Problem> subject_of(const Call& call);

/// `?name=true|false`; 400 `bad_parameter` for anything else.
std::expected<bool, Problem> flag_of(const Call& call, std::string_view name, bool otherwise);

}  // namespace cambist::gateway
