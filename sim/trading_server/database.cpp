#include "sim/trading_server/database.hpp"

#include <sqlite3.h>

#include "sim/trading_server/store.hpp"

namespace cambist::sim {

namespace {
constexpr int kBusyMs = 10'000;

[[noreturn]] void fail(sqlite3* connection, std::string_view doing) {
    throw StoreFailure("store: " + std::string(doing) + ": " + sqlite3_errmsg(connection));
}
}  // namespace

Statement::~Statement() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

Statement& Statement::bind(int64_t value) {
    sqlite3_bind_int64(statement_, ++parameter_, value);
    return *this;
}

Statement& Statement::bind(std::string_view value) {
    sqlite3_bind_text(statement_, ++parameter_, value.data(), static_cast<int>(value.size()),
                      SQLITE_TRANSIENT);
    return *this;
}

bool Statement::step() {
    column_ = 0;
    const int result = sqlite3_step(statement_);
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        fail(connection_, sqlite3_sql(statement_));
    return result == SQLITE_ROW;
}

int64_t Statement::integer() {
    return sqlite3_column_int64(statement_, column_++);
}

std::string_view Statement::text() {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column_));
    const auto length = static_cast<size_t>(sqlite3_column_bytes(statement_, column_++));
    return text ? std::string_view(text, length) : std::string_view();
}

Database::Database(const std::string& file) {
    if (sqlite3_open(file.c_str(), &connection_) != SQLITE_OK)
        fail(connection_, "open " + file);
    sqlite3_busy_timeout(connection_, kBusyMs);
    execute("PRAGMA journal_mode=WAL");
    execute("PRAGMA synchronous=OFF");
}

Database::~Database() {
    for (const auto& [sql, statement] : prepared_)
        sqlite3_finalize(statement);
    sqlite3_close(connection_);
}

void Database::execute(const char* sql) {
    if (sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        fail(connection_, sql);
}

Statement Database::statement(const char* sql) {
    sqlite3_stmt*& prepared = prepared_[sql];
    if (!prepared && sqlite3_prepare_v3(connection_, sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared,
                                        nullptr) != SQLITE_OK)
        fail(connection_, sql);
    return {connection_, prepared};
}

}  // namespace cambist::sim
