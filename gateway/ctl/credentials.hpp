#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sync/vocabulary/instant.hpp"

namespace cambist::ctl {

/// What one member of staff logs in with.
struct Credentials {
    std::string username, password, totp_secret;  ///< the secret in base32
};

/// Whom a file of credentials is asked for.
struct Whose {
    std::string username;  ///< empty: the first of that role
    std::string role = "administrator";
};

/// From a file of [{"username","password","totp_secret","role"}]; throws UsageProblem.
Credentials read_credentials(const std::string& file, const Whose& whose);

/// A one-time code (RFC 6238: SHA-1, six digits, 30 s) and the step that it stands for.
struct TotpCode {
    std::string digits;
    std::int64_t step = 0;
};

/// The step of a moment.
std::int64_t totp_step(Instant at);
/// Throws UsageProblem when the secret is not base32.
TotpCode totp_code(const std::string& base32, std::int64_t step);
/// The first step whose code has not been used and that the gateway takes, which are the present
/// one and the one before; it may be one that is still to come.
std::int64_t next_unused_step(Instant now, std::int64_t last_used);

}  // namespace cambist::ctl
