#include "gateway/ctl/ask.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>

#include "gateway/ctl/exchange.hpp"
#include "gateway/ctl/outcome.hpp"
#include "gateway/ctl/pages.hpp"

namespace cambist::ctl {

namespace {

namespace json = boost::json;

ExitCode nobody(const Caller& caller) {
    std::cerr << "cambistctl: nobody is logged in at " << caller.url;
    if (caller.profile && caller.profile->url != caller.url)
        std::cerr << " (the profile is of " << caller.profile->url << ")";
    std::cerr << ": use `cambistctl login`, or give --api-key-file\n";
    return ExitCode::not_allowed;
}

/// What repeats a write safely; empty for what only reads.
std::string retry_advice(const Operation& operation, const Given& given) {
    if (!operation.writes())
        return "";
    if (operation.takes_key)
        return "the same command with --idempotency-key " + given.key +
               " does it once and tells what became of it";
    return "look before you repeat it: this route takes no Idempotency-Key";
}

ExitCode show_request(const HttpRequest& request, const std::string& url) {
    json::object headers;
    for (const auto& [name, value] : request.headers)
        headers[name] = value;
    json::object shown{
        {"method", request.method}, {"url", url + request.target}, {"headers", std::move(headers)}};
    if (request.body)
        shown["body"] = *request.body;
    std::cout << json::serialize(shown) << '\n';
    return ExitCode::done;
}

/// A change needs the version that it changes: without --if-match it is what stands there now.
ExitCode look(const Operation& operation, Given& given, const Common& common, Exchange& exchange) {
    const Operation* reader = reader_of(operation);
    if (reader == nullptr)
        return refuse_usage(operation, {"needs --if-match VERSION"});
    const auto request = request_of(*reader, {.places = given.places, .key = given.key});
    if (!request)
        return refuse_usage(operation, request.error());
    const auto answer = exchange.send(*request);
    if (!answer)
        return refuse(answer.error(), exchange.caller().url, "");
    if (answer->status != 200)
        return refuse(*answer, common, "");
    given.if_match = answer->header("etag");
    if (given.if_match.empty())
        return refuse_usage(operation, {"needs --if-match: what stands there has no version"});
    return ExitCode::done;
}

ExitCode send_and_show(const Operation& operation, const Given& given, const HttpRequest& request,
                       const Common& common, Exchange& exchange) {
    const std::string retry = retry_advice(operation, given);
    const auto answer = exchange.send(request, [](std::string_view piece) {
        std::cout << piece << std::flush;
        return std::cout.good();
    });
    if (!answer)
        return refuse(answer.error(), exchange.caller().url, retry);
    if (answer->status / 100 != 2)
        return refuse(*answer, common, retry);
    return show(*answer, common, operation.columns);
}

}  // namespace

ExitCode ask(const Operation& operation, Asked asked, const Common& common) {
    auto request = request_of(operation, asked.given);
    if (!request)
        return refuse_usage(operation, request.error());
    const Caller caller = caller_of(common);
    if (common.dry_run)
        return show_request(*request, caller.url);
    Exchange exchange(caller, common);
    if (!operation.open && !exchange.knows_who())
        return nobody(caller);
    if (asked.all)
        return show_every_page(operation, std::move(asked.given), common, exchange);

    if (operation.needs_if_match && asked.given.if_match.empty()) {
        const ExitCode looked = look(operation, asked.given, common, exchange);
        if (looked != ExitCode::done)
            return looked;
        request = request_of(operation, asked.given);
    }
    return send_and_show(operation, asked.given, *request, common, exchange);
}

}  // namespace cambist::ctl
