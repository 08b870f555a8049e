#include "gateway/auth/rate_limit.hpp"

#include <sodium/crypto_generichash.h>
#include <sodium/randombytes.h>
#include <spdlog/fmt/fmt.h>

#include <algorithm>

namespace cambist::gateway {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::size_t hash_bytes = 16;

std::int64_t seconds_up(std::int64_t ns) {
    return (ns + second_ns - 1) / second_ns;
}

}  // namespace

TokenBuckets::Taken TokenBuckets::take(const std::string& name, Instant now) {
    const std::int64_t token = token_ns(), whole = token * rate_.burst;
    const std::int64_t* known = full_at_.find(name);
    const std::int64_t full_at = std::max(known ? *known : now.ns, now.ns);
    const std::int64_t missing = full_at - now.ns;
    if (missing + token > whole)
        return {false, 0, seconds_up(missing),
                std::max<std::int64_t>(1, seconds_up(missing + token - whole))};
    full_at_.put(name, full_at + token);
    return {true, (whole - missing - token) / token, seconds_up(missing + token), 0};
}

void TokenBuckets::give_back(const std::string& name) {
    if (std::int64_t* full_at = full_at_.find(name))
        *full_at -= token_ns();
}

RateLimit::RateLimit(const RequestLimits& limits)
    : callers_(limits.callers, limits.most),
      strangers_(limits.strangers, limits.most),
      principals_(limits.most) {
    randombytes_buf(hash_key_.data(), hash_key_.size());
}

std::string RateLimit::hash_of(const Headers& headers) const {
    std::string shown;
    for (const std::string_view name : {"Authorization", "Cookie"})
        if (const std::string* value = headers.find(name))
            shown += *value + '\n';
    if (shown.empty())
        return shown;
    std::string hash(hash_bytes, '\0');
    crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(),
                       reinterpret_cast<const unsigned char*>(shown.data()), shown.size(),
                       hash_key_.data(), hash_key_.size());
    return hash;
}

Visit RateLimit::enter(const Request& request, Instant now) {
    Visit visit{request.peer, hash_of(request.headers), {}, {}};
    if (const std::string* principal = principals_.find(visit.credential))
        visit.principal = *principal;
    visit.taken = visit.principal.empty() ? strangers_.take(visit.address, now)
                                          : callers_.take(visit.principal, now);
    return visit;
}

void RateLimit::recognised(Visit& visit, const std::string& principal, Instant now) {
    if (!visit.principal.empty())
        return;
    strangers_.give_back(visit.address);
    principals_.put(visit.credential, principal);
    visit.principal = principal;
    visit.taken = callers_.take(principal, now);
}

void RateLimit::unknown(Visit& visit, Instant now) {
    if (visit.principal.empty())
        return;
    principals_.erase(visit.credential);
    visit.principal.clear();
    visit.taken = strangers_.take(visit.address, now);
}

Problem RateLimit::refusal(const Visit& visit) {
    return {429,
            "too_many_requests",
            "nothing was done: more requests than may be sent",
            {},
            {{"Retry-After", std::to_string(visit.taken.allowed_in_s)}}};
}

void RateLimit::tell(const Visit& visit, Response& response) const {
    const bool known = !visit.principal.empty();
    const std::string_view policy = known ? "caller" : "stranger";
    const Rate rate = known ? callers_.rate() : strangers_.rate();
    response.headers.emplace_back(
        "RateLimit-Policy", fmt::format("\"{}\";q={};w={}", policy, rate.burst,
                                        (rate.burst + rate.per_second - 1) / rate.per_second));
    response.headers.emplace_back(
        "RateLimit",
        fmt::format("\"{}\";r={};t={}", policy, visit.taken.remaining, visit.taken.full_in_s));
}

}  // namespace cambist::gateway
