#pragma once

#include <boost/json/value.hpp>
#include <expected>
#include <string>
#include <string_view>

#include "gateway/ctl/catalogue/catalogue.hpp"

namespace cambist::ctl {

/// What an option's word (a secret itself, not its file) says, as JSON; or why it cannot be taken.
std::expected<boost::json::value, std::string> value_of(const Field& field, std::string_view word);

/// As it stands in a query or a header; or why it cannot be taken.
std::expected<std::string, std::string> text_of(const Field& field, std::string_view word);

bool is_uuid(std::string_view text);

}  // namespace cambist::ctl
