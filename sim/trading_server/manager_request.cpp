#include "sim/trading_server/manager_request.hpp"

#include <charconv>
#include <limits>

namespace cambist::sim {

namespace {

constexpr size_t kLongestText = 4'096;

[[noreturn]] void wrong(std::string_view name, std::string_view what) {
    throw BadRequest("wrong_type", std::string(name) + " must be " + std::string(what));
}

}  // namespace

const boost::json::value& ManagerRequest::value(std::string_view name) const {
    const auto* found = object_.if_contains(name);
    if (!found)
        throw BadRequest("missing_field", name);
    return *found;
}

int64_t ManagerRequest::integer(std::string_view name) const {
    const auto& found = value(name);
    if (found.is_int64())
        return found.get_int64();
    wrong(name, "a whole number");
}

int64_t ManagerRequest::integer(std::string_view name, int64_t otherwise, int64_t least,
                                int64_t most) const {
    const int64_t found = has(name) ? integer(name) : otherwise;
    if (found < least || found > most)
        throw BadRequest("out_of_range", name);
    return found;
}

uint64_t ManagerRequest::id(std::string_view name) const {
    const auto& found = value(name);
    if (found.is_int64() && found.get_int64() > 0)
        return static_cast<uint64_t>(found.get_int64());
    if (found.is_uint64())
        return found.get_uint64();
    if (found.is_string()) {
        const auto& text = found.get_string();
        uint64_t number = 0;
        const char* const end = text.data() + text.size();
        const auto parsed = std::from_chars(text.data(), end, number);
        if (parsed.ec == std::errc() && parsed.ptr == end && number > 0)
            return number;
    }
    wrong(name, "a positive number");
}

uint64_t ManagerRequest::id(std::string_view name, uint64_t otherwise) const {
    return has(name) ? id(name) : otherwise;
}

std::string ManagerRequest::text(std::string_view name) const {
    const auto& found = value(name);
    if (!found.is_string() || found.get_string().size() > kLongestText)
        wrong(name, "a text");
    return std::string(found.get_string());
}

std::string ManagerRequest::text(std::string_view name, std::string_view otherwise) const {
    return has(name) ? text(name) : std::string(otherwise);
}

bool ManagerRequest::flag(std::string_view name, bool otherwise) const {
    if (!has(name))
        return otherwise;
    const auto& found = value(name);
    if (!found.is_bool())
        wrong(name, "true or false");
    return found.get_bool();
}

double ManagerRequest::number(std::string_view name, double otherwise) const {
    if (!has(name))
        return otherwise;
    const auto& found = value(name);
    if (!found.is_number())
        wrong(name, "a number");
    const double number = found.to_number<double>();
    if (!(number > 0 && number < 1e9))
        throw BadRequest("out_of_range", name);
    return number;
}

std::pair<uint64_t, uint64_t> operation_id(const ManagerRequest& request) {
    if (!request.has("op"))
        return {0, 0};
    const std::string text = request.text("op");
    constexpr size_t half = 16;
    uint64_t high = 0;
    uint64_t low = 0;
    const char* const start = text.data();
    if (text.size() != 2 * half ||
        std::from_chars(start, start + half, high, 16).ptr != start + half ||
        std::from_chars(start + half, start + 2 * half, low, 16).ptr != start + 2 * half)
        throw BadRequest("out_of_range", "op must be 32 hex digits");
    return {high, low};
}

boost::json::object answer_refused(const Refused& refused) {
    boost::json::object answer{{"ok", false}, {"error", text_of(refused.code)}};
    if (refused.hook.asked_ns != 0) {
        answer["reject"] = refused.hook.reject;
        answer["reason"] = refused.hook.reason;
        answer["policy_version"] = refused.hook.policy_version;
        answer["hook_ns"] = refused.hook.asked_ns;
    }
    return answer;
}

}  // namespace cambist::sim
