#include "tests/integration/gateway/browser.hpp"

#include <spdlog/fmt/fmt.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "office/staff/password.hpp"
#include "office/staff/session.hpp"

namespace cambist::gateway {
namespace {

namespace json = boost::json;

std::string hex_of(const std::vector<std::byte>& bytes) {
    std::string text;
    for (const std::byte byte : bytes)
        text += fmt::format("{:02x}", std::to_integer<int>(byte));
    return text;
}

json::value value_of(const ReceivedAnswer& answer) {
    boost::system::error_code problem;
    return json::parse(answer.body, problem);
}

}  // namespace

std::string Member::code(const tests::TestDatabase& database) const {
    database.psql("update staff_credential set totp_step = 0 where staff_id = '" + id + "'");
    return office::totp_code(phone, office::totp_step_at(SystemClock().now()));
}

Member add_member(const tests::TestDatabase& database, const std::string& username,
                  const std::vector<std::string>& roles) {
    Member member{database.psql("select gen_random_uuid()"), username,
                  "a-long-pass-of-" + username.substr(1), office::TotpSecret::random()};
    const auto hash = office::hash_password(member.password, quick_door().password_cost);
    const auto sealed = RunningGateway::keys().seal(
        {member.phone.bytes.begin(), member.phone.bytes.end()}, member.id);
    database.psql(fmt::format(
        "insert into person (id, name) values ('{0}', '{1}');"
        "insert into staff (id, person_id, username, name) values ('{0}', '{0}', '{1}', '{1}');"
        "insert into role_grant (id, staff_id, role, granted_by) "
        "  select gen_random_uuid(), '{0}', unnest('{{{2}}}'::text[]), 'test';"
        "update staff_credential set password_hash = '{3}', password_changed_at = now(), "
        "  must_change_password = false, totp_secret = decode('{4}', 'hex'), "
        "  totp_confirmed_at = now() where staff_id = '{0}'",
        member.id, username, fmt::join(roles, ","), hash, hex_of(sealed)));
    return member;
}

Browser::Browser(const RunningGateway& gateway, HttpClient::Fields fixed)
    : client_(gateway.client()), fixed_(std::move(fixed)) {}

ReceivedAnswer Browser::sign_in(const std::string& username, const std::string& password,
                                const std::optional<std::string>& code) {
    json::object words{{"username", username}, {"password", password}};
    if (code)
        words["code"] = *code;
    return post("/v1/session", json::serialize(words));
}

ReceivedAnswer Browser::sign_in(const tests::TestDatabase& database, const Member& member) {
    return sign_in(member.username, member.password, member.code(database));
}

ReceivedAnswer Browser::get(std::string_view path) {
    return keep(client_.ask("GET", path, fields()));
}

ReceivedAnswer Browser::post(std::string_view path, std::string_view body,
                             const HttpClient::Fields& more) {
    auto sent = fields();
    sent.insert(sent.end(), more.begin(), more.end());
    return keep(client_.ask("POST", path, sent, body));
}

HttpClient::Fields Browser::fields() const {
    HttpClient::Fields sent = fixed_;
    std::string cookies;
    if (!session_.empty())
        cookies = std::string(office::session_cookie) + "=" + session_;
    if (!device_.empty())
        cookies += std::string(cookies.empty() ? "" : "; ") + std::string(office::device_cookie) +
                   "=" + device_;
    if (!cookies.empty())
        sent.emplace_back("Cookie", cookies);
    if (!csrf_.empty())
        sent.emplace_back("X-CSRF-Token", csrf_);
    return sent;
}

ReceivedAnswer Browser::keep(ReceivedAnswer answer) {
    const auto [first, last] = answer.headers.equal_range("set-cookie");
    for (auto header = first; header != last; ++header) {
        const std::string pair = header->second.substr(0, header->second.find(';'));
        const auto equals = pair.find('=');
        const bool of_session = pair.substr(0, equals) == office::session_cookie;
        (of_session ? session_ : device_) = pair.substr(equals + 1);
    }
    const auto token = text_in(answer, "csrf_token");
    if (!token.empty())
        csrf_ = token;
    return answer;
}

std::string text_in(const ReceivedAnswer& answer, std::string_view name) {
    const auto value = value_of(answer);
    if (!value.is_object())
        return "";
    const auto* field = value.as_object().if_contains(name);
    return field && field->is_string() ? std::string(field->as_string()) : "";
}

}  // namespace cambist::gateway
