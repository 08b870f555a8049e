#include "gateway/routes/sign_in.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "gateway/auth/cookies.hpp"
#include "gateway/auth/same_site.hpp"
#include "gateway/http/fields.hpp"
#include "gateway/routes/shape.hpp"
#include "office/administration/staff_service.hpp"

namespace cambist::gateway {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_username = 100, longest_code = 64;
constexpr auto device_lasts = std::chrono::hours(24 * 365);

Problem over() {
    Problem problem{401, "unauthorized", "a valid API key or session is needed", {}, {}};
    problem.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"cambist\"");
    return problem;
}

/// The same bytes whatever was wrong.
Problem sign_in_refused() {
    Problem problem{401, "sign_in_refused", "username, password or code are not right", {}, {}};
    problem.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"cambist\"");
    return problem;
}

Problem throttled(const office::Throttled& throttled) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(throttled.wait).count();
    return {429,
            "throttled",
            "too many attempts failed",
            {},
            {{"Retry-After", std::to_string(std::max<std::int64_t>(seconds, 1))}}};
}

Problem busy() {
    return {503, "busy", "nothing was done: too many sign in", {}, {{"Retry-After", "1"}}};
}

json::object described(OperationId id, const office::sessions::Begun& session,
                       office::SessionState state, const office::Token& token) {
    return {{"id", id.uuid()},
            {"state", name_of(state)},
            {"csrf_token", office::csrf_token_of(token)},
            {"idle_expires_at", rfc3339(session.idle_expires_at)},
            {"absolute_expires_at", rfc3339(session.absolute_expires_at)}};
}

void set_session(Reply& reply, const office::Token& token) {
    reply.headers.emplace_back("Set-Cookie",
                               cookie_text(office::session_cookie, token.text, std::nullopt));
}

Reply reply_with(const office::SignedIn& signed_in) {
    Reply reply;
    reply.status = 201;
    reply.body =
        described(signed_in.session.id, signed_in.session, signed_in.state, signed_in.token);
    set_session(reply, signed_in.token);
    if (signed_in.new_device)
        reply.headers.emplace_back(
            "Set-Cookie",
            cookie_text(office::device_cookie, signed_in.new_device->text, device_lasts));
    return reply;
}

struct SignInWords {
    std::string username, password;
    std::optional<std::string> code;
};

std::expected<SignInWords, Problem> words_of(const DeskCall& call) {
    FieldReader fields(call.body);
    SignInWords words;
    words.username = fields.text("username", longest_username);
    words.password = fields.text("password", office::longest_password_bytes);
    words.code = fields.optional_text("code", longest_code);
    if (auto problem = fields.problem())
        return std::unexpected(std::move(*problem));
    words.password = office::normal_password(words.password);
    return words;
}

awaitable<std::expected<office::SignInAttempt, office::Throttled>> begin(
    DeskCall& call, const std::string& username, const office::Visitor& visitor) {
    auto tx = co_await call.pool.begin();
    auto attempt = co_await office::begin_sign_in(tx, call.door.rules(), username, visitor);
    co_await tx.commit();
    co_return attempt;
}

awaitable<std::expected<office::AttemptClaim, office::Throttled>> claim(DeskCall& call) {
    auto tx = co_await call.pool.begin();
    auto claimed = co_await office::claim_own_attempt(tx, call.door.rules(), *call.caller->own);
    co_await tx.commit();
    co_return claimed;
}

struct NewPassword {
    std::string old_one, new_one;
    std::optional<std::string> code;
};

std::expected<NewPassword, Problem> new_password_of(const DeskCall& call) {
    FieldReader fields(call.body);
    NewPassword words;
    words.old_one = fields.text("password", office::longest_password_bytes);
    words.new_one = fields.text("new_password", office::longest_password_bytes);
    words.code = fields.optional_text("code", longest_code);
    if (auto problem = fields.problem())
        return std::unexpected(std::move(*problem));
    words.old_one = office::normal_password(words.old_one);
    words.new_one = office::normal_password(words.new_one);
    auto reviewed =
        office::review_password(words.new_one, call.caller->own->session.staff.username);
    if (reviewed && words.new_one == words.old_one)
        reviewed = std::unexpected(office::PasswordRefusal::password_unchanged);
    if (!reviewed)
        return std::unexpected(problem_of(office::refused_as(reviewed.error())));
    return words;
}

/// The old password read, and the new one hashed when the old one was right.
awaitable<office::PasswordChange> read_passwords(DeskCall& call, NewPassword words) {
    office::PasswordChange change;
    {
        auto tx = co_await call.pool.begin();
        const auto account =
            co_await office::credentials::find(tx, call.caller->own->session.staff.username);
        change.old_hash = account ? account->password_hash : "";
    }
    const auto read = co_await call.door.hashes().read(change.old_hash, words.old_one);
    change.opens = read.opens;
    change.code = std::move(words.code);
    if (read.opens)
        change.new_hash = co_await call.door.hashes().hash(words.new_one);
    co_return change;
}

}  // namespace

Problem problem_of_session(const office::Refused& refused) {
    if (refused == office::refused_as(office::SessionRefusal::session_over))
        return over();
    return problem_of(refused);
}

Reply reply_with(const office::Renewed& renewed) {
    Reply reply;
    json::object body =
        described(renewed.session.id, renewed.session, renewed.state, renewed.token);
    json::array codes;
    for (const auto& code : renewed.recovery_codes)
        codes.emplace_back(code.text);
    body["recovery_codes"] = std::move(codes);
    body["ended_sessions"] = renewed.ended_sessions;
    body["ended_keys"] = renewed.ended_keys;
    reply.body = std::move(body);
    set_session(reply, renewed.token);
    return reply;
}

awaitable<Answer> sign_in(DeskCall& call) {
    if (auto problem = check_origin(call.request.headers, call.door.settings().origins))
        co_return std::unexpected(std::move(*problem));
    const auto words = words_of(call);
    if (!words)
        co_return std::unexpected(words.error());
    const auto visitor = visitor_of(call.request);
    if (!visitor)
        co_return std::unexpected(visitor.error());
    const auto place = call.door.hashes().place();
    if (!place)
        co_return std::unexpected(busy());
    const auto attempt = co_await begin(call, words->username, *visitor);
    if (!attempt)
        co_return std::unexpected(throttled(attempt.error()));
    HashPool& hashes = call.door.hashes();
    const auto read = co_await hashes.read(attempt->hash(hashes.decoy()), words->password);
    auto tx = co_await call.pool.begin();
    const auto signed_in = co_await office::finish_sign_in(tx, call.door.rules(), *attempt, read,
                                                           words->code, *visitor);
    co_await tx.commit();
    if (!signed_in)
        co_return std::unexpected(sign_in_refused());
    co_return reply_with(*signed_in);
}

awaitable<Answer> show_code(DeskCall& call) {
    FieldReader fields(call.body);
    const std::string code = fields.text("code", longest_code);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    const auto claimed = co_await claim(call);
    if (!claimed)
        co_return std::unexpected(throttled(claimed.error()));
    auto tx = co_await call.pool.begin();
    const auto done =
        co_await office::step_up(tx, call.door.rules(), *call.caller->own, *claimed, code);
    co_await tx.commit();
    if (!done)
        co_return std::unexpected(problem_of_session(done.error()));
    Reply reply;
    const auto until = call.caller->own->session.now + call.door.settings().session.step_up;
    reply.body = json::object{{"stepped_up_until", rfc3339(until)}};
    co_return reply;
}

awaitable<Answer> change_password(DeskCall& call) {
    auto words = new_password_of(call);
    if (!words)
        co_return std::unexpected(words.error());
    const auto place = call.door.hashes().place();
    if (!place)
        co_return std::unexpected(busy());
    const auto claimed = co_await claim(call);
    if (!claimed)
        co_return std::unexpected(throttled(claimed.error()));
    const auto change = co_await read_passwords(call, std::move(*words));
    auto tx = co_await call.pool.begin();
    const auto renewed = co_await office::change_password(tx, call.door.rules(), *call.caller->own,
                                                          *claimed, change);
    co_await tx.commit();
    if (!renewed)
        co_return std::unexpected(problem_of_session(renewed.error()));
    co_return reply_with(*renewed);
}

awaitable<Answer> issue_temporary_password(DeskCall& call) {
    const auto id = OperationId::from_uuid(call.value("staff"));
    FieldReader fields(call.body);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    if (!id || id->empty())
        co_return std::unexpected(
            problem_of(office::refused_as(office::StaffRefusal::unknown_staff)));
    const auto place = call.door.hashes().place();
    if (!place)
        co_return std::unexpected(busy());
    const std::string password = office::random_password();
    const std::string hash = co_await call.door.hashes().hash(password);
    auto tx = co_await call.pool.begin();
    const auto caller = co_await authenticate(tx, call.request, call.need, call.door);
    if (!caller)
        co_return std::unexpected(caller.error());
    const auto issued = co_await office::issue_temporary_password(tx, *id, hash, caller->actor);
    if (!issued)
        co_return std::unexpected(problem_of(issued.error()));
    co_await tx.commit();
    Reply reply;
    reply.status = 201;
    reply.body = json::object{
        {"username", issued->username},
        {"temporary_password", password},
        {"lasts_seconds", std::chrono::seconds(office::temporary_password_lasts).count()}};
    co_return reply;
}

}  // namespace cambist::gateway
