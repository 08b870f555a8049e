#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <stdexcept>
#include <string>

#include "gateway/ctl/exit_code.hpp"
#include "office/audit/actor.hpp"
#include "office/pg/pool.hpp"

namespace cambist::ctl {

/// What was asked for cannot be: said to the person as it stands.
struct NotPossible : std::runtime_error {
    using runtime_error::runtime_error;
};

/// What a command does in the database.
using Work = std::function<boost::asio::awaitable<void>(office::pg::Pool&)>;

/// Runs it to its end with one connection; says what went wrong, if anything did.
ExitCode work_in_database(const std::string& dsn, const Work& work);

/// Who the audit names: somebody with the database's own password.
office::Actor administrator();

}  // namespace cambist::ctl
