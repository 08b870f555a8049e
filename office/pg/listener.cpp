#include "office/pg/listener.hpp"

namespace cambist::office::pg {

awaitable<Listener> Listener::open(ConnectionSettings settings, std::vector<std::string> channels) {
    auto connection = co_await Connection::connect(std::move(settings));
    std::string sql;
    for (const std::string& channel : channels)
        sql.append("LISTEN \"").append(channel).append("\";");
    co_await connection->script(std::move(sql));
    co_return Listener(std::move(connection));
}

}  // namespace cambist::office::pg
