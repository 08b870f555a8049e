#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/auth/bounded_map.hpp"
#include "gateway/http/message.hpp"
#include "gateway/http/problem.hpp"
#include "sync/vocabulary/instant.hpp"

namespace cambist::gateway {

/// So many requests a second for ever, and so many at once after a pause.
struct Rate {
    std::int64_t per_second = 0;
    std::int64_t burst = 0;
};

/// One bucket of tokens a name: a request takes one, time brings them back. Time is handed in.
class TokenBuckets {
  public:
    TokenBuckets(Rate rate, std::size_t most_names) : rate_(rate), full_at_(most_names) {}

    struct Taken {
        bool allowed = false;
        std::int64_t remaining = 0;     ///< tokens left
        std::int64_t full_in_s = 0;     ///< until nothing is missing
        std::int64_t allowed_in_s = 0;  ///< until the next token; 0 unless refused
    };
    Taken take(const std::string& name, Instant now);
    /// The token taken last did not count.
    void give_back(const std::string& name);

    Rate rate() const { return rate_; }
    std::size_t names() const { return full_at_.size(); }

  private:
    std::int64_t token_ns() const { return 1'000'000'000 / rate_.per_second; }

    const Rate rate_;
    BoundedMap<std::int64_t> full_at_;  ///< ns since 1970
};

struct RequestLimits {
    Rate callers{2000, 4000};    ///< each principal whose credential is good
    Rate strangers{100, 1000};   ///< each address that shows none, or a wrong one
    std::size_t most = 100'000;  ///< names remembered of each
};

/// One request as the limits see it.
struct Visit {
    std::string address, credential;  ///< the latter hashed; empty when none was shown
    std::string principal;            ///< empty: nobody known (yet)
    TokenBuckets::Taken taken;
};

/// Who may ask how often: a principal whose credential was good lately by itself, everybody else by
/// address. A wrong credential cannot use up what a good one may do. One thread.
class RateLimit {
  public:
    explicit RateLimit(const RequestLimits& limits);

    /// Counts a request before anything is looked up for it.
    Visit enter(const Request& request, Instant now);
    /// Its credential turned out to be this principal's.
    void recognised(Visit& visit, const std::string& principal, Instant now);
    /// Its credential turned out to be nobody's.
    void unknown(Visit& visit, Instant now);

    /// 429 with Retry-After.
    static Problem refusal(const Visit& visit);
    /// Adds RateLimit and RateLimit-Policy.
    void tell(const Visit& visit, Response& response) const;

  private:
    std::string hash_of(const Headers& headers) const;

    std::array<unsigned char, 32> hash_key_;
    TokenBuckets callers_, strangers_;
    BoundedMap<std::string> principals_;  ///< by the hash of a credential that was good
};

}  // namespace cambist::gateway
