#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "office/staff/totp.hpp"
#include "tests/integration/gateway/running_gateway.hpp"

namespace cambist::gateway {

/// A member of staff as they know themselves.
struct Member {
    std::string id, username, password;
    office::TotpSecret phone;

    /// What the phone shows now, good even if the last one was used: as if half a minute had
    /// passed since.
    std::string code(const tests::TestDatabase& database) const;
};

/// Adds one with those roles for all clients, a password and a second factor of their own.
Member add_member(const tests::TestDatabase& database, const std::string& username,
                  const std::vector<std::string>& roles);

/// What a browser does: it keeps the cookies that it is given, and its pages the token of their
/// session.
class Browser {
  public:
    /// `fixed` is sent with each request.
    explicit Browser(const RunningGateway& gateway, HttpClient::Fields fixed = {});

    ReceivedAnswer sign_in(const std::string& username, const std::string& password,
                           const std::optional<std::string>& code);
    ReceivedAnswer sign_in(const tests::TestDatabase& database, const Member& member);

    ReceivedAnswer get(std::string_view path);
    ReceivedAnswer post(std::string_view path, std::string_view body = "{}",
                        const HttpClient::Fields& more = {});

    /// The header fields that its pages send: cookies and the token of the session.
    HttpClient::Fields fields() const;
    /// What it is known by; empty when it is signed in no more.
    const std::string& session() const { return session_; }
    const std::string& device() const { return device_; }
    const std::string& csrf() const { return csrf_; }
    /// Forgets who it was, so that it is a new one to whoever it asks.
    void forget_device() { device_.clear(); }

  private:
    ReceivedAnswer keep(ReceivedAnswer answer);

    HttpClient client_;
    HttpClient::Fields fixed_;
    std::string session_, device_, csrf_;
};

/// A text of the JSON object in the body.
std::string text_in(const ReceivedAnswer& answer, std::string_view name);

}  // namespace cambist::gateway
