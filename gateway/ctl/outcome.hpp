#pragma once

#include <boost/json/array.hpp>
#include <span>
#include <string>
#include <string_view>

#include "gateway/ctl/catalogue/catalogue.hpp"
#include "gateway/ctl/client.hpp"
#include "gateway/ctl/program.hpp"

namespace cambist::ctl {

/// What an answer means to a script.
ExitCode exit_code_of(const HttpAnswer& answer, bool writes);

/// What the lack of one means: a write that went out may have been done.
ExitCode exit_code_of(const NoAnswer& nothing, bool writes);

/// Shows a good answer on the standard output as --output asks; `columns` are the contract's.
ExitCode show(const HttpAnswer& answer, const Common& common,
              std::span<const std::string_view> columns);

/// Shows the items of a list, and how the next page is had.
ExitCode show_items(const boost::json::array& items, const std::string& next, const Common& common,
                    std::span<const std::string_view> columns);

/// Says a problem: one line and a line a field on the standard error, with what helps; the document
/// itself on the standard output with --output json. `retry` is what repeats a write safely; empty
/// where the request only read.
ExitCode refuse(const HttpAnswer& answer, const Common& common, const std::string& retry);

ExitCode refuse(const NoAnswer& nothing, const std::string& url, const std::string& retry);

/// Says what is wrong with the arguments of a command, a line each.
ExitCode refuse_usage(const Operation& operation, const UsageErrors& errors);

}  // namespace cambist::ctl
