#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "office/pg/transaction.hpp"
#include "office/staff/token.hpp"
#include "sync/vocabulary/instant.hpp"
#include "sync/vocabulary/operation_id.hpp"

/// The record of everybody who tried to sign in.
namespace cambist::office::sign_ins {

using boost::asio::awaitable;

struct Record {
    TokenHash username{};  ///< a keyed hash
    OperationId staff;     ///< zero: nobody of that name
    OperationId session, device;
    std::string address, country, user_agent, request_id;
    std::string_view outcome;  ///< signed_in, refused or throttled
    std::string_view cause;
    std::vector<std::string_view> flags;
};
void append(pg::Transaction& tx, const Record& record);

/// What is known about an account before this sign-in.
struct Past {
    bool country_known = false;
    bool privileged = false;
};
awaitable<Past> past_of(pg::Transaction& tx, OperationId staff, std::string country);

struct Listed {
    std::int64_t id = 0;
    Instant at;
    std::optional<OperationId> staff, session, device;
    std::string username;  ///< of the member of staff; empty: nobody's
    std::string address, country, user_agent, outcome, cause, request_id;
    std::vector<std::string> flags;
};
struct Filter {
    std::optional<OperationId> staff;
    bool abnormal_only = false;
    std::string flag;  ///< empty: any
    std::int64_t before = 0;
};
/// Newest first.
awaitable<std::vector<Listed>> list(pg::Transaction& tx, Filter filter, int limit);

}  // namespace cambist::office::sign_ins
