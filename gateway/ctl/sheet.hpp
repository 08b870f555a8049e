#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <vector>

#include "gateway/ctl/table.hpp"

namespace cambist::ctl {

/// What stands at a path of dots, or nullptr.
const boost::json::value* at(const boost::json::value& value, std::string_view path);

/// One value for people: money as "12.34 USD", lists with commas, nothing as "-".
std::string cell_of(const boost::json::value& value);

/// The items of a list as a table; without columns all of what is no object or list.
Table table_of(const boost::json::array& items, std::vector<std::string> columns);

/// The first of these columns that none of the items has.
std::optional<std::string> unknown_column(const boost::json::array& items,
                                          const std::vector<std::string>& columns);

/// One object as names and values, lists of objects as tables below.
std::string sheet_of(const boost::json::value& value, const Screen& screen);

}  // namespace cambist::ctl
