#include "gateway/ctl/credentials.hpp"

#include <liboath/oath.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <memory>

#include "gateway/ctl/exit_code.hpp"
#include "gateway/ctl/secret_file.hpp"

namespace cambist::ctl {

namespace {

namespace json = boost::json;
constexpr std::int64_t step_seconds = 30;
constexpr std::int64_t margin_ns = 5'000'000'000;
constexpr unsigned digits = 6;

std::string text_in(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

struct Free {
    void operator()(char* bytes) const { std::free(bytes); }
};

}  // namespace

Credentials read_credentials(const std::string& file, const Whose& whose) {
    const auto text = read_private(file);
    if (!text)
        throw UsageProblem(file + ": there is no such file");
    boost::system::error_code wrong;
    const auto value = json::parse(*text, wrong);
    const auto* list = wrong ? nullptr : value.if_array();
    if (list == nullptr)
        throw UsageProblem(file + ": is no list of credentials");
    for (const auto& each : *list) {
        const auto* object = each.if_object();
        if (object == nullptr)
            continue;
        const Credentials found{text_in(*object, "username"), text_in(*object, "password"),
                                text_in(*object, "totp_secret")};
        if (whose.username.empty() ? text_in(*object, "role") == whose.role
                                   : found.username == whose.username)
            return found;
    }
    throw UsageProblem(
        file + ": knows nobody " +
        (whose.username.empty() ? "of the role " + whose.role : "called " + whose.username));
}

std::int64_t totp_step(Instant at) {
    return at.ns / 1'000'000'000 / step_seconds;
}

TotpCode totp_code(const std::string& base32, std::int64_t step) {
    char* bytes = nullptr;
    std::size_t size = 0;
    const int read = oath_base32_decode(base32.data(), base32.size(), &bytes, &size);
    const std::unique_ptr<char, Free> secret(bytes);
    if (read != OATH_OK || size == 0)
        throw UsageProblem("the TOTP secret is not base32");
    std::array<char, digits + 1> code{};
    if (oath_totp_generate(secret.get(), size, step * step_seconds, step_seconds, 0, digits,
                           code.data()) != OATH_OK)
        throw UsageProblem("no code can be made of the TOTP secret");
    return {code.data(), step};
}

std::int64_t next_unused_step(Instant now, std::int64_t last_used) {
    // The last moments of a step may be over when the gateway looks.
    const bool about_to_end = totp_step({now.ns + margin_ns}) != totp_step(now);
    return std::max(totp_step(now) - (about_to_end ? 0 : 1), last_used + 1);
}

}  // namespace cambist::ctl
