#include "gateway/ctl/session.hpp"

#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "gateway/ctl/credentials.hpp"
#include "gateway/ctl/exchange.hpp"
#include "gateway/ctl/outcome.hpp"
#include "gateway/ctl/secret_file.hpp"
#include "gateway/ctl/terminal.hpp"

namespace cambist::ctl {

namespace {

constexpr auto again = "say it again to be sure";

/// What the command line says of who logs in.
struct Login {
    std::string username, password_file, totp_secret_file, credentials;
    std::optional<std::string> code;  ///< empty: none, as before there is a second factor
};

void say(const std::string& line) {
    std::cout << line << '\n';
}

/// A key has no session to begin or to end.
void need_session(const Common& common) {
    if (!common.api_key_file.empty())
        throw UsageProblem("an API key has no session: leave --api-key-file out");
}

Caller session_caller(const Common& common) {
    need_session(common);
    Common without_key = common;
    if (without_key.profile.empty()) {
        const char* name = std::getenv("CAMBIST_PROFILE");
        without_key.profile = name != nullptr && name[0] != '\0' ? name : "default";
    }
    return caller_of(without_key);
}

Credentials credentials_of(const Login& asked) {
    Credentials known;
    if (!asked.credentials.empty())
        known = read_credentials(asked.credentials, {.username = asked.username});
    known.username = asked.username.empty() ? known.username : asked.username;
    if (known.username.empty())
        known.username = ask_person("username", false, "--username");
    if (!asked.password_file.empty())
        known.password = read_secret(asked.password_file);
    if (known.password.empty())
        known.password = ask_person("password", true, "--password-file");
    if (!asked.totp_secret_file.empty())
        known.totp_secret = read_secret(asked.totp_secret_file);
    return known;
}

std::string code_of(const std::optional<std::string>& asked) {
    return asked ? *asked : ask_person("code", false, "--code or --totp-secret-file");
}

/// What is kept of an earlier session of the same person: which codes are used up, and what the
/// gateway knows the profile by.
Profile next_profile(const Caller& caller, const Login& asked, const std::string& username) {
    Profile profile;
    if (caller.profile && caller.profile->username == username) {
        profile.totp_step = caller.profile->totp_step;
        profile.device = caller.profile->url == caller.url ? caller.profile->device : "";
    }
    if (!asked.credentials.empty())
        profile.credentials = std::filesystem::absolute(asked.credentials).string();
    return profile;
}

ExitCode log_in(const Login& asked, const Common& common) {
    const Credentials known = credentials_of(asked);
    const ProfileLock lock(session_caller(common).profile_file);
    Exchange exchange(session_caller(common), common);
    Profile profile = next_profile(exchange.caller(), asked, known.username);
    const bool makes_code = !asked.code && !known.totp_secret.empty();
    const auto answer = makes_code ? exchange.log_in_with(known, std::move(profile))
                                   : exchange.log_in(known.username, known.password,
                                                     code_of(asked.code), std::move(profile));
    if (!answer)
        return refuse(answer.error(), exchange.caller().url, again);
    if (answer->status != 201)
        return refuse(*answer, common, again);
    say("logged in as " + known.username + " at " + exchange.caller().url + " (" +
        exchange.caller().profile_file + ")");
    return ExitCode::done;
}

ExitCode nobody() {
    std::cerr << "cambistctl: nobody is logged in\n";
    return ExitCode::not_allowed;
}

ExitCode log_out(const Common& common) {
    Caller caller = session_caller(common);
    if (!caller.profile || caller.profile->cookie.empty())
        return nobody();
    const std::string file = caller.profile_file;
    caller.profile->credentials.clear();  // who leaves is not let in again by itself
    Profile left = *caller.profile;
    Exchange exchange(std::move(caller), common);
    const auto answer = exchange.log_out();
    if (!answer)
        return refuse(answer.error(), exchange.caller().url, again);
    if (answer->status / 100 != 2 && answer->status != 401)
        return refuse(*answer, common, again);
    left.cookie = left.csrf_token = "";
    write_profile(file, left);
    say("logged out");
    return ExitCode::done;
}

ExitCode step_up(const Login& asked, const Common& common) {
    const ProfileLock lock(session_caller(common).profile_file);
    Exchange exchange(session_caller(common), common);
    if (!exchange.knows_who())
        return nobody();
    const Profile& profile = *exchange.caller().profile;
    std::string secret;
    if (!asked.totp_secret_file.empty())
        secret = read_secret(asked.totp_secret_file);
    else if (!asked.code && !profile.credentials.empty())
        secret = read_credentials(profile.credentials, {.username = profile.username}).totp_secret;
    const auto answer =
        secret.empty() ? exchange.step_up(code_of(asked.code)) : exchange.step_up_with(secret);
    if (!answer)
        return refuse(answer.error(), exchange.caller().url, again);
    if (answer->status / 100 != 2)
        return refuse(*answer, common, again);
    say("stepped up");
    return ExitCode::done;
}

ExitCode who_am_i(const Common& common) {
    Exchange exchange(caller_of(common), common);
    if (!exchange.knows_who())
        return nobody();
    const auto answer = exchange.send({.method = "GET", .target = "/v1/session"});
    if (!answer)
        return refuse(answer.error(), exchange.caller().url, "");
    return answer->status / 100 == 2 ? show(*answer, common, {}) : refuse(*answer, common, "");
}

void add_code_options(CLI::App& app, Login& asked) {
    app.add_option_function<std::string>(
           "--code", [&asked](const std::string& code) { asked.code = code; },
           "of the authenticator, or a recovery code; '' where there is none yet")
        ->type_name("CODE");
    app.add_option("--totp-secret-file", asked.totp_secret_file,
                   "makes the code from the secret (base32) in this file, for scripts")
        ->type_name("FILE");
}

}  // namespace

void add_session_commands(Program& program) {
    const auto asked = std::make_shared<Login>();
    const Common& common = program.common();
    CLI::App& root = program.root();

    CLI::App& login = program.command(root, "login", "begin a session and keep it in the profile",
                                      [asked, &common] { return log_in(*asked, common); });
    login.add_option("--username", asked->username, "who; asked for when not given")
        ->type_name("NAME");
    login
        .add_option("--password-file", asked->password_file,
                    "its first line, or that of the standard input for -; asked for when not given")
        ->type_name("FILE");
    add_code_options(login, *asked);
    login
        .add_option("--credentials", asked->credentials,
                    "a list of {username, password, totp_secret, role}, for demos and scripts: "
                    "renews the session by itself; without --username the first administrator")
        ->type_name("FILE");

    program.command(root, "logout", "end the session and forget the profile",
                    [&common] { return log_out(common); });
    CLI::App& step = program.command(root, "step-up", "show a fresh code, for what needs one",
                                     [asked, &common] { return step_up(*asked, common); });
    add_code_options(step, *asked);
    program.command(root, "whoami", "who asks, and what they may do",
                    [&common] { return who_am_i(common); });
}

}  // namespace cambist::ctl
