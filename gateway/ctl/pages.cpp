#include "gateway/ctl/pages.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <iostream>
#include <optional>

#include "gateway/ctl/outcome.hpp"
#include "gateway/ctl/pause.hpp"

namespace cambist::ctl {

namespace {

namespace json = boost::json;
constexpr int most_waits = 100;
constexpr std::chrono::seconds longest_wait{60};

void set(Given& given, const Field* field, const std::string& value) {
    std::erase_if(given.values, [&](const auto& each) { return each.first == field; });
    given.values.emplace_back(field, std::vector<std::string>{value});
}

/// Of a 429 that says when to come again.
std::optional<std::chrono::seconds> seconds_to_wait(const HttpAnswer& answer) {
    const auto text = answer.header("retry-after");
    int seconds = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (answer.status != 429 || read.ec != std::errc() || seconds < 0 ||
        std::chrono::seconds(seconds) > longest_wait)
        return std::nullopt;
    return std::chrono::seconds(seconds);
}

/// The pages of one list, one after the other.
class Pages {
  public:
    Pages(const Operation& operation, Given given, const Common& common, Exchange& exchange)
        : operation_(operation), given_(std::move(given)), common_(common), exchange_(exchange) {
        const Field* limit = query_field(operation_, "limit");
        const bool chosen = std::ranges::any_of(
            given_.values, [&](const auto& each) { return each.first == limit; });
        if (limit != nullptr && !chosen && limit->maximum != INT64_MAX)
            set(given_, limit, std::to_string(limit->maximum));
        const Field* wait = query_field(operation_, "wait");
        endless_ = wait != nullptr;
        waits_ = std::ranges::any_of(given_.values,
                                     [&](const auto& each) { return each.first == wait; });
    }

    ExitCode show_all() {
        std::string next;
        do {
            const auto request = request_of(operation_, given_);
            if (!request)
                return refuse_usage(operation_, request.error());
            const auto answer = send_patiently(*request);
            if (!answer)
                return refuse(answer.error(), exchange_.caller().url, "");
            if (answer->status != 200)
                return refuse(*answer, common_, "");
            if (!take(*answer, next))
                return ExitCode::broken;
        } while (!next.empty());
        if (common_.output == "table")
            return show_items(items_, "", common_, operation_.columns);
        if (common_.output == "json")
            std::cout << json::serialize(json::object{{"items", items_}, {"next", nullptr}})
                      << '\n';
        return ExitCode::done;
    }

  private:
    /// Who asks for all pages waits where the gateway says that it is asked too often.
    std::expected<HttpAnswer, NoAnswer> send_patiently(const HttpRequest& request) {
        auto answer = exchange_.send(request);
        for (int patience = 0; answer && patience < most_waits; ++patience) {
            const auto seconds = seconds_to_wait(*answer);
            if (!seconds)
                break;
            pause(*seconds);
            answer = exchange_.send(request);
        }
        return answer;
    }

    /// Keeps the items, or shows them at once as lines; false when the answer is no page.
    bool take(const HttpAnswer& answer, std::string& next) {
        boost::system::error_code wrong;
        const auto value = json::parse(answer.body, wrong);
        const auto* page = wrong ? nullptr : value.if_object();
        const auto* items = page == nullptr ? nullptr : page->if_contains("items");
        const auto* cursor = page == nullptr ? nullptr : page->if_contains("next");
        if (items == nullptr || !items->is_array() || cursor == nullptr)
            return said("the gateway's answer is no page");
        if (common_.output == "jsonl")
            show_items(items->get_array(), "", common_, {});
        else
            items_.insert(items_.end(), items->get_array().begin(), items->get_array().end());
        const std::string before = std::move(next);
        next = cursor->is_string() ? std::string(cursor->get_string()) : "";
        if (endless_ && items->get_array().empty() && !waits_)
            next.clear();
        if (!next.empty() && next == before && !endless_)
            return said("the gateway gave the same cursor twice");
        if (!next.empty())
            set(given_, query_field(operation_, "after"), next);
        return true;
    }

    static bool said(const char* what) {
        std::cerr << "cambistctl: " << what << '\n';
        return false;
    }

    const Operation& operation_;
    Given given_;
    const Common& common_;
    Exchange& exchange_;
    json::array items_;
    bool endless_ = false;  ///< there is always a next page: it ends where nothing is new
    bool waits_ = false;    ///< and not there either
};

}  // namespace

ExitCode show_every_page(const Operation& operation, Given given, const Common& common,
                         Exchange& exchange) {
    return Pages(operation, std::move(given), common, exchange).show_all();
}

}  // namespace cambist::ctl
