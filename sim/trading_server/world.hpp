// What a new trading server starts with: groups, symbols, accounts, and the zones it knows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/trading_server/account_book.hpp"
#include "sim/trading_server/user_desk.hpp"

namespace cambist::sim {

std::vector<Group> first_groups();
std::vector<ctsp_symbol> first_symbols();

/// A symbol of six letters is a pair of currencies; others are quoted in dollars.
ctsp_symbol symbol_for(const std::string& name, int price_digits);

/// Accounts with consecutive logins, most of them in dollars; `dollars` is what each starts with,
/// in its own currency's worth.
std::vector<NewUser> first_users(int64_t count, uint64_t first_login, int64_t dollars);

}  // namespace cambist::sim
