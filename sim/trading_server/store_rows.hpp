// How records become rows; the column order of store_rows.cpp is the schema's.
#pragma once

#include "sim/trading_server/batch.hpp"
#include "sim/trading_server/database.hpp"

namespace cambist::sim::rows {

void create_schema(Database& database);

void put(Database& database, const ctsp_user& user);
void put(Database& database, const Deal& deal);
void put(Database& database, const ctsp_position& position);
void put(Database& database, const PendingOrder& order);
void put(Database& database, const UserChange& change, int64_t at_ns);
void put(Database& database, const RefusedRequest& refused, int64_t at_ns);
void put(Database& database, const Group& group);
void put(Database& database, const ctsp_symbol& symbol);
void put(Database& database, const ctsp_eod& day_end);

/// Columns of a `SELECT` of all deal columns, in the schema's order.
Deal deal_from(Statement& row);
ctsp_user user_from(Statement& row);
ctsp_position position_from(Statement& row);
PendingOrder order_from(Statement& row);
Group group_from(Statement& row);
ctsp_symbol symbol_from(Statement& row);

}  // namespace cambist::sim::rows
