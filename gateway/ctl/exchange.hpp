#pragma once

#include <expected>
#include <optional>
#include <string>

#include "gateway/ctl/client.hpp"
#include "gateway/ctl/credentials.hpp"
#include "gateway/ctl/profile.hpp"
#include "gateway/ctl/program.hpp"

namespace cambist::ctl {

/// Who asks, and where.
struct Caller {
    std::string url, ca_file;
    std::string api_key;  ///< or empty
    std::string profile_file;
    std::optional<Profile> profile;  ///< when the file is there and no key was given
};

/// As options, environment and profile say; throws UsageProblem.
Caller caller_of(const Common& common);

/// Requests of one caller. A session that has ended, or that wants a fresh code, is renewed once
/// where the profile names credentials; what the gateway says of the cookie is kept.
class Exchange {
  public:
    Exchange(Caller caller, const Common& common);

    std::expected<HttpAnswer, NoAnswer> send(HttpRequest request, const Sink& sink = {});
    /// Whether anybody is named who asks.
    bool knows_who() const;
    const Caller& caller() const { return caller_; }

    /// POST /v1/session; keeps the profile when it went well.
    std::expected<HttpAnswer, NoAnswer> log_in(const std::string& username,
                                               const std::string& password, const std::string& code,
                                               Profile profile);
    /// POST /v1/session/step-up.
    std::expected<HttpAnswer, NoAnswer> step_up(const std::string& code);
    /// POST /v1/session/end.
    std::expected<HttpAnswer, NoAnswer> log_out();
    /// Both with a code of the secret that this profile has not used; waits for the next one when
    /// it must. One that was refused may have been used elsewhere: then once with the next.
    std::expected<HttpAnswer, NoAnswer> log_in_with(const Credentials& known, Profile profile);
    std::expected<HttpAnswer, NoAnswer> step_up_with(const std::string& totp_secret);

  private:
    std::expected<HttpAnswer, NoAnswer> send_once(const HttpRequest& request, const Sink& sink);
    bool renewed(const HttpAnswer& refused);
    void keep_cookies(const HttpAnswer& answer);
    std::string cookies() const;

    Caller caller_;
    Client client_;
};

/// The `code` of a problem, or empty.
std::string problem_code(const HttpAnswer& answer);

}  // namespace cambist::ctl
