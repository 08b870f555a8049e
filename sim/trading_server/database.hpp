// SQLite with prepared statements that are made once.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace cambist::sim {

/// One prepared statement in use: parameters are bound in order, columns read in order.
class Statement {
  public:
    Statement(sqlite3* connection, sqlite3_stmt* statement)
        : connection_(connection), statement_(statement) {}
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    Statement& bind(int64_t value);
    Statement& bind(uint64_t value) { return bind(static_cast<int64_t>(value)); }
    Statement& bind(uint32_t value) { return bind(int64_t{value}); }
    Statement& bind(uint8_t value) { return bind(int64_t{value}); }
    Statement& bind(std::string_view value);

    /// False when there is no more row.
    bool step();
    void run() {
        while (step()) {
        }
    }

    int64_t integer();
    uint64_t unsigned_integer() { return static_cast<uint64_t>(integer()); }
    uint32_t small() { return static_cast<uint32_t>(integer()); }
    uint8_t byte() { return static_cast<uint8_t>(integer()); }
    std::string_view text();

  private:
    sqlite3* connection_;
    sqlite3_stmt* statement_;
    int parameter_ = 0;
    int column_ = 0;
};

/// One connection; not thread-safe. Throws StoreFailure.
class Database {
  public:
    explicit Database(const std::string& file);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    void execute(const char* sql);
    /// `sql` is a literal: its address is the statement's name.
    Statement statement(const char* sql);

  private:
    sqlite3* connection_ = nullptr;
    std::map<const char*, sqlite3_stmt*> prepared_;
};

}  // namespace cambist::sim
