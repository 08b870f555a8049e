#pragma once

#include <cstdint>
#include <string>

#include "gateway/routes/table.hpp"
#include "tests/integration/gateway/http_client.hpp"
#include "tests/integration/test_database.hpp"

namespace cambist::gateway {

/// What a grant is bounded by. The near client lies in every one that is in force, the far client
/// in `everything` alone.
enum class GrantScope : std::uint8_t {
    everything,
    entity,
    region,
    own_clients,
    partner,
    expired,
    revoked
};
constexpr GrantScope grant_scopes[] = {
    GrantScope::everything, GrantScope::entity,  GrantScope::region, GrantScope::own_clients,
    GrantScope::partner,    GrantScope::expired, GrantScope::revoked};
std::string_view name_of(GrantScope scope);
bool is_in_force(GrantScope scope);

/// One of two clients with everything that hangs on it: person, account, hold, order, approval,
/// records. All its ids begin with the mark.
struct Belongings {
    std::string mark, login, seq;

    std::string id(std::uint64_t number) const;
};
const Belongings& near_client();
const Belongings& far_client();

/// A database with the near and the far client, and people who are given one grant at a time.
class MatrixWorld {
  public:
    MatrixWorld();

    /// Takes all grants away and gives just that one; what its holder's browser sends. Who is given
    /// everything is another than who is bounded: one sees one's own requests for approval.
    HttpClient::Fields only_grant(const std::string& role, GrantScope scope);

    /// Everything of that client that a request might change, as text.
    std::string state_of(const Belongings& of) const;

    const tests::TestDatabase& database() const { return database_; }

  private:
    void add_belongings(const Belongings& of, const std::string& place) const;
    std::string staff_id(const std::string& username) const;

    tests::TestDatabase database_;
    HttpClient::Fields boss_, bounded_;
    std::string boss_id_, bounded_id_, other_id_;
};

/// A request of the route about what belongs to that client, or about nobody's where the route
/// names none of it; its body is a good one wherever it names something of a client.
struct MatrixRequest {
    std::string target, body;
    bool names_client = false;
};
MatrixRequest request_of(const Route& route, const Belongings& about);

}  // namespace cambist::gateway
