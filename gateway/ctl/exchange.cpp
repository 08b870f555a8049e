#include "gateway/ctl/exchange.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <iostream>

#include "gateway/ctl/credentials.hpp"
#include "gateway/ctl/exit_code.hpp"
#include "gateway/ctl/pause.hpp"
#include "gateway/ctl/secret_file.hpp"
#include "gateway/system_clock.hpp"

namespace cambist::ctl {

namespace {

namespace json = boost::json;
constexpr std::string_view session_cookie = "__Host-cambist_session",
                           device_cookie = "__Host-cambist_device";
constexpr auto default_url = "http://127.0.0.1:8600";

std::string first_of(const std::string& option, const char* variable) {
    if (!option.empty())
        return option;
    const char* value = std::getenv(variable);
    return value ? value : "";
}

std::string text_in(const HttpAnswer& answer, std::string_view name) {
    boost::system::error_code wrong;
    const auto value = json::parse(answer.body, wrong);
    const auto* object = wrong ? nullptr : value.if_object();
    const auto* text = object == nullptr ? nullptr : object->if_contains(name);
    return text != nullptr && text->is_string() ? std::string(text->get_string()) : "";
}

HttpRequest post(std::string target, const json::object& body) {
    return {.method = "POST",
            .target = std::move(target),
            .headers = {{"Content-Type", "application/json"}},
            .body = json::serialize(body)};
}

/// The value of a cookie, if the answer sets it.
std::optional<std::string> set_cookie(const HttpAnswer& answer, std::string_view cookie) {
    for (const auto& [name, value] : answer.headers) {
        const std::string start = std::string(cookie) + "=";
        if (name == "set-cookie" && value.starts_with(start))
            return value.substr(start.size(), value.find(';') - start.size());
    }
    return std::nullopt;
}

std::string key_text(const std::string& file) {
    std::string text = read_secret(file);
    for (const char c : text)
        if (c <= ' ' || c > '~')
            throw UsageProblem(file + ": holds no API key");
    return text;
}

/// An option wins over the environment; a key in the environment over a profile there.
std::string key_file_of(const Common& common) {
    if (!common.api_key_file.empty() && !common.profile.empty())
        throw UsageProblem("--profile and --api-key-file are two callers: give one");
    if (!common.profile.empty())
        return "";
    return first_of(common.api_key_file, "CAMBIST_API_KEY_FILE");
}

ClientSettings settings_of(const Caller& caller, const Common& common) {
    return {.url = caller.url,
            .ca_file = caller.ca_file,
            .timeout = std::chrono::seconds(common.timeout_seconds)};
}

/// A code of the first step after `used`, which is that step from then on; waits until it has come.
std::string fresh_code(const std::string& totp_secret, std::int64_t& used) {
    const gateway::SystemClock clock;
    used = next_unused_step(clock.now(), used);
    while (totp_step(clock.now()) < used)
        pause(std::chrono::milliseconds(200));
    return totp_code(totp_secret, used).digits;
}

template <typename Show>
std::expected<HttpAnswer, NoAnswer> with_fresh_code(const std::string& totp_secret,
                                                    std::int64_t& used, Show show) {
    auto answer = show(fresh_code(totp_secret, used));
    if (!answer || answer->status != 401)
        return answer;
    std::cerr << "cambistctl: refused, perhaps for a code that was used elsewhere: waiting for the "
                 "next one\n";
    used = std::max(used, totp_step(gateway::SystemClock().now()));
    return show(fresh_code(totp_secret, used));
}

}  // namespace

std::string problem_code(const HttpAnswer& answer) {
    return answer.status >= 400 ? text_in(answer, "code") : "";
}

Caller caller_of(const Common& common) {
    Caller caller;
    const std::string asked_url = first_of(common.url, "CAMBIST_URL");
    const std::string key_file = key_file_of(common);
    if (!key_file.empty()) {
        caller.api_key = key_text(key_file);
    } else {
        const std::string name = first_of(common.profile, "CAMBIST_PROFILE");
        caller.profile_file = profile_file(name.empty() ? "default" : name);
        caller.profile = read_profile(caller.profile_file);
    }
    const bool session = caller.profile && !caller.profile->url.empty();
    caller.url = !asked_url.empty() ? asked_url : session ? caller.profile->url : default_url;
    caller.ca_file = common.ca_file.empty() && session ? caller.profile->ca_file : common.ca_file;
    if (const std::string problem = problem_of_url(caller.url); !problem.empty())
        throw UsageProblem(problem);
    if (session && caller.profile->url != caller.url) {
        // A session goes to the gateway that gave it, and to no other.
        caller.profile->cookie.clear();
        caller.profile->credentials.clear();
    }
    return caller;
}

Exchange::Exchange(Caller caller, const Common& common)
    : caller_(std::move(caller)), client_(settings_of(caller_, common)) {
    if (!is_private(caller_.url) && knows_who())
        throw UsageProblem(caller_.url + ": a secret goes over https or to this machine only");
}

bool Exchange::knows_who() const {
    return !caller_.api_key.empty() || (caller_.profile && (!caller_.profile->cookie.empty() ||
                                                            !caller_.profile->credentials.empty()));
}

std::expected<HttpAnswer, NoAnswer> Exchange::send(HttpRequest request, const Sink& sink) {
    auto answer = send_once(request, sink);
    if (answer && renewed(*answer))
        answer = send_once(request, sink);
    return answer;
}

std::expected<HttpAnswer, NoAnswer> Exchange::send_once(const HttpRequest& request,
                                                        const Sink& sink) {
    HttpRequest authorised = request;
    auto& headers = authorised.headers;
    headers.emplace_back("Accept", "application/json, application/problem+json, */*;q=0.5");
    if (!caller_.api_key.empty())
        headers.emplace_back("Authorization", "Bearer " + caller_.api_key);
    else if (caller_.profile && !caller_.profile->cookie.empty()) {
        headers.emplace_back("Cookie", cookies());
        if (request.method != "GET")
            headers.emplace_back("X-CSRF-Token", caller_.profile->csrf_token);
    }
    auto answer = client_.send(authorised, sink);
    if (answer)
        keep_cookies(*answer);
    return answer;
}

std::string Exchange::cookies() const {
    std::string text = std::string(session_cookie) + "=" + caller_.profile->cookie;
    if (!caller_.profile->device.empty())
        text += "; " + std::string(device_cookie) + "=" + caller_.profile->device;
    return text;
}

void Exchange::keep_cookies(const HttpAnswer& answer) {
    const auto cookie = set_cookie(answer, session_cookie);
    if (!cookie || !caller_.profile || caller_.profile->cookie == *cookie)
        return;
    caller_.profile->cookie = *cookie;
    caller_.profile->device = set_cookie(answer, device_cookie).value_or(caller_.profile->device);
    if (const auto token = text_in(answer, "csrf_token"); !token.empty())
        caller_.profile->csrf_token = token;
    write_profile(caller_.profile_file, *caller_.profile);
}

/// Nothing was done when the answer was 401, or 403 step_up_required: asking again is safe.
bool Exchange::renewed(const HttpAnswer& refused) {
    if (!caller_.profile || caller_.profile->credentials.empty())
        return false;
    const bool ended = refused.status == 401;
    if (!ended && !(refused.status == 403 && problem_code(refused) == "step_up_required"))
        return false;
    const ProfileLock lock(caller_.profile_file);
    const auto now = read_profile(caller_.profile_file);
    const bool by_another = now && now->cookie != caller_.profile->cookie;
    if (now)
        caller_.profile = now;
    if (ended && by_another)
        return true;
    const auto known = read_credentials(caller_.profile->credentials,
                                        {.username = caller_.profile->username, .role = ""});
    const auto answer =
        ended ? log_in_with(known, *caller_.profile) : step_up_with(known.totp_secret);
    return answer && answer->status / 100 == 2;
}

std::expected<HttpAnswer, NoAnswer> Exchange::log_in(const std::string& username,
                                                     const std::string& password,
                                                     const std::string& code, Profile profile) {
    if (!is_private(caller_.url))
        throw UsageProblem(caller_.url + ": a password goes over https or to this machine only");
    json::object body{{"username", username}, {"password", password}};
    if (!code.empty())
        body["code"] = code;
    HttpRequest request = post("/v1/session", body);
    if (!profile.device.empty())
        request.headers.emplace_back("Cookie", std::string(device_cookie) + "=" + profile.device);
    auto answer = client_.send(request);
    if (!answer || answer->status != 201)
        return answer;
    const auto cookie = set_cookie(*answer, session_cookie);
    if (!cookie)
        throw std::runtime_error("the gateway let " + username + " in, but set no session cookie");
    profile.url = caller_.url;
    profile.ca_file = caller_.ca_file;
    profile.username = username;
    profile.cookie = *cookie;
    profile.device = set_cookie(*answer, device_cookie).value_or(profile.device);
    profile.csrf_token = text_in(*answer, "csrf_token");
    write_profile(caller_.profile_file, profile);
    caller_.profile = std::move(profile);
    return answer;
}

std::expected<HttpAnswer, NoAnswer> Exchange::step_up(const std::string& code) {
    auto answer = send_once(post("/v1/session/step-up", {{"code", code}}), {});
    if (!answer || answer->status / 100 != 2)
        return answer;
    if (const auto token = text_in(*answer, "csrf_token"); !token.empty())
        caller_.profile->csrf_token = token;
    write_profile(caller_.profile_file, *caller_.profile);
    return answer;
}

std::expected<HttpAnswer, NoAnswer> Exchange::log_out() {
    return send_once(post("/v1/session/end", {}), {});
}

std::expected<HttpAnswer, NoAnswer> Exchange::log_in_with(const Credentials& known,
                                                          Profile profile) {
    return with_fresh_code(known.totp_secret, profile.totp_step, [&](const std::string& code) {
        return log_in(known.username, known.password, code, profile);
    });
}

std::expected<HttpAnswer, NoAnswer> Exchange::step_up_with(const std::string& totp_secret) {
    return with_fresh_code(totp_secret, caller_.profile->totp_step,
                           [this](const std::string& code) { return step_up(code); });
}

}  // namespace cambist::ctl
