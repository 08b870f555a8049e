#include "gateway/ctl/outcome.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>
#include <optional>

#include "gateway/ctl/sheet.hpp"
#include "gateway/ctl/terminal.hpp"
#include "gateway/ctl/text.hpp"

namespace cambist::ctl {

namespace {

namespace json = boost::json;

std::optional<json::value> json_of(const HttpAnswer& answer) {
    boost::system::error_code wrong;
    auto value = json::parse(answer.body, wrong);
    return wrong ? std::nullopt : std::optional(std::move(value));
}

std::string text_at(const json::value& value, std::string_view path) {
    const auto* found = at(value, path);
    return found != nullptr && found->is_string() ? printable(found->get_string()) : "";
}

void say(const std::string& line) {
    std::cerr << "cambistctl: " << line << '\n';
}

void print(const std::string& text) {
    std::cout << text << std::flush;
}

std::vector<std::string> columns_of(const Common& common,
                                    std::span<const std::string_view> columns) {
    if (common.columns.empty())
        return {columns.begin(), columns.end()};
    std::vector<std::string> asked;
    for (std::size_t start = 0; start <= common.columns.size();) {
        const auto end = std::min(common.columns.find(',', start), common.columns.size());
        if (end > start)
            asked.push_back(common.columns.substr(start, end - start));
        start = end + 1;
    }
    return asked;
}

/// The request for approval that the answer is, if it is one.
const json::value* approval_in(const HttpAnswer& answer, const json::value& value) {
    const auto* object = value.if_object();
    return answer.status == 202 && object != nullptr ? object->if_contains("approval") : nullptr;
}

std::string in_seconds(const HttpAnswer& answer) {
    const auto seconds = answer.header("retry-after");
    return seconds.empty() ? "" : " (try again in " + printable(seconds) + " s)";
}

/// What names a fault of the gateway's in its log.
std::string for_who_asks(const HttpAnswer& answer) {
    const auto id = answer.header("request-id");
    return answer.status < 500 || id.empty() ? "" : " (request " + printable(id) + ")";
}

/// What helps against a refusal.
std::string advice(const HttpAnswer& answer, const std::string& code) {
    if (code == "step_up_required")
        return "show a fresh code first: cambistctl step-up --code CODE";
    if (answer.status == 401)
        return "log in with `cambistctl login`, or give --api-key-file";
    return "";
}

bool is_page(const json::value& value) {
    const auto* object = value.if_object();
    const auto* items = object == nullptr ? nullptr : object->if_contains("items");
    return items != nullptr && items->is_array() && object->contains("next");
}

}  // namespace

ExitCode exit_code_of(const HttpAnswer& answer, bool writes) {
    if (answer.status == 202) {
        const auto value = json_of(answer);
        return value && approval_in(answer, *value) ? ExitCode::needs_approval : ExitCode::done;
    }
    if (answer.status / 100 == 2)
        return ExitCode::done;
    if (answer.status == 401 || answer.status == 403)
        return ExitCode::not_allowed;
    if (answer.status == 408 || answer.status == 429)
        return ExitCode::unreachable;
    if (answer.status / 100 == 4)
        return ExitCode::refused;
    if (answer.status == 503) {
        const auto value = json_of(answer);
        const bool unknown = value && text_at(*value, "code") == "outcome_unknown";
        return unknown ? ExitCode::outcome_unknown : ExitCode::unreachable;
    }
    // A proxy that lost the gateway: whether the gateway did it nobody has said.
    if (answer.status == 502 || answer.status == 504)
        return writes ? ExitCode::outcome_unknown : ExitCode::unreachable;
    return ExitCode::broken;
}

ExitCode exit_code_of(const NoAnswer& nothing, bool writes) {
    return nothing.sent && writes ? ExitCode::outcome_unknown : ExitCode::unreachable;
}

ExitCode show(const HttpAnswer& answer, const Common& common,
              std::span<const std::string_view> columns) {
    const ExitCode code = exit_code_of(answer, false);
    const auto value = answer.is_json() ? json_of(answer) : std::nullopt;
    if (answer.is_json() && !value) {
        say("the gateway's answer is not JSON");
        return ExitCode::broken;
    }
    if (code == ExitCode::needs_approval)
        say("waits for approval " + text_at(*approval_in(answer, *value), "id"));
    if (common.output == "json" || !value) {
        print(answer.body + (answer.body.ends_with('\n') || answer.body.empty() ? "" : "\n"));
        return code;
    }
    if (is_page(*value))
        return show_items(value->at("items").as_array(), text_at(*value, "next"), common, columns);
    print(common.output == "jsonl" ? json::serialize(*value) + "\n"
                                   : sheet_of(*value, screen_of_output()));
    return code;
}

ExitCode show_items(const json::array& items, const std::string& next, const Common& common,
                    std::span<const std::string_view> columns) {
    if (common.output == "jsonl") {
        std::string lines;
        for (const auto& item : items)
            lines += json::serialize(item) + "\n";
        print(lines);
    } else {
        if (const auto unknown = unknown_column(items, columns_of(common, {}))) {
            say("no item has " + printable(*unknown) + "; --output json shows what they have");
            return ExitCode::usage;
        }
        const Screen screen = screen_of_output();
        const Table table = table_of(items, columns_of(common, columns));
        print(rendered(table, screen));
        std::string hidden;
        for (const auto& heading : left_out(table, screen))
            hidden += (hidden.empty() ? "" : ",") + heading;
        if (!hidden.empty())
            say("too narrow for " + hidden + " (--columns chooses)");
    }
    if (!next.empty() && screen_of_output().width > 0)
        say("there is more: --after " + next + ", or --all");
    return ExitCode::done;
}

ExitCode refuse(const HttpAnswer& answer, const Common& common, const std::string& retry) {
    const ExitCode code = exit_code_of(answer, !retry.empty());
    const auto value = json_of(answer);
    const std::string word = value ? text_at(*value, "code") : "";
    std::string line = std::to_string(answer.status);
    if (word.empty())
        line += ": the answer is no problem document of the gateway";
    else
        line += " " + word;
    if (const auto detail = value ? text_at(*value, "detail") : ""; !detail.empty())
        line += ": " + detail;
    say(line + in_seconds(answer) + for_who_asks(answer));
    if (const auto* errors = value ? at(*value, "errors") : nullptr; errors && errors->is_array())
        for (const auto& error : errors->get_array())
            std::cerr << "  " << text_at(error, "field") << ": " << text_at(error, "code") << '\n';
    if (const auto help = advice(answer, word); !help.empty())
        say(help);
    if (code == ExitCode::outcome_unknown)
        say("it may have been done; " + retry);
    if (common.output != "table" && value)
        print(answer.body + "\n");
    return code;
}

ExitCode refuse(const NoAnswer& nothing, const std::string& url, const std::string& retry) {
    const ExitCode code = exit_code_of(nothing, !retry.empty());
    say(url + ": " + printable(nothing.why));
    if (code == ExitCode::outcome_unknown)
        say("it may have been done; " + retry);
    return code;
}

ExitCode refuse_usage(const Operation& operation, const UsageErrors& errors) {
    for (const auto& error : errors)
        say(command_of(operation) + ": " + printable(error));
    return ExitCode::usage;
}

}  // namespace cambist::ctl
