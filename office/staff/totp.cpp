#include "office/staff/totp.hpp"

#include <liboath/oath.h>
#include <sodium/randombytes.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "office/staff/token.hpp"
#include "sync/vocabulary/assertion.hpp"

namespace cambist::office {
namespace {

constexpr unsigned digits = 6;

struct Free {
    void operator()(char* text) const { std::free(text); }
};
using OathText = std::unique_ptr<char, Free>;

void start_oath() {
    static const int started = oath_init();
    CAMBIST_ASSERT(started == OATH_OK);
}

}  // namespace

TotpSecret TotpSecret::random() {
    TotpSecret secret;
    randombytes_buf(secret.bytes.data(), secret.bytes.size());
    return secret;
}

std::optional<TotpSecret> TotpSecret::from_base32(std::string_view text) {
    start_oath();
    char* bytes = nullptr;
    std::size_t size = 0;
    if (oath_base32_decode(text.data(), text.size(), &bytes, &size) != OATH_OK)
        return std::nullopt;
    const OathText kept(bytes);
    TotpSecret secret;
    if (size != secret.bytes.size())
        return std::nullopt;
    std::copy_n(reinterpret_cast<const std::byte*>(bytes), size, secret.bytes.begin());
    return secret;
}

std::string TotpSecret::base32() const {
    start_oath();
    char* text = nullptr;
    std::size_t size = 0;
    const int done =
        oath_base32_encode(reinterpret_cast<const char*>(bytes.data()), bytes.size(), &text, &size);
    CAMBIST_ASSERT(done == OATH_OK);
    const OathText kept(text);
    return {text, size};
}

std::int64_t totp_step_at(Instant now) {
    const std::chrono::nanoseconds since_epoch(now.ns);
    return std::chrono::floor<std::chrono::seconds>(since_epoch) / totp_period;
}

std::string totp_code(const TotpSecret& secret, std::int64_t step) {
    start_oath();
    std::array<char, digits + 1> code{};
    const int done =
        oath_totp_generate(reinterpret_cast<const char*>(secret.bytes.data()), secret.bytes.size(),
                           static_cast<std::time_t>(step * totp_period.count()),
                           static_cast<unsigned>(totp_period.count()), 0, digits, code.data());
    CAMBIST_ASSERT(done == OATH_OK);
    return code.data();
}

std::expected<std::int64_t, TotpRefusal> judge_totp(const TotpSecret& secret, std::string_view code,
                                                    Instant now, std::int64_t last_step) {
    const bool well_formed = code.size() == digits &&
                             std::ranges::all_of(code, [](char c) { return c >= '0' && c <= '9'; });
    if (!well_formed)
        return std::unexpected(TotpRefusal::malformed);
    const std::int64_t present = totp_step_at(now);
    std::optional<std::int64_t> found;
    for (const std::int64_t step : {present - 1, present})
        if (same_text(totp_code(secret, step), code))
            found = step;
    if (!found)
        return std::unexpected(TotpRefusal::wrong);
    if (*found <= last_step)
        return std::unexpected(TotpRefusal::used);
    return *found;
}

std::string otpauth_uri(const TotpSecret& secret, std::string_view username) {
    return "otpauth://totp/Cambist:" + std::string(username) + "?secret=" + secret.base32() +
           "&issuer=Cambist&algorithm=SHA1&digits=6&period=30";
}

}  // namespace cambist::office
