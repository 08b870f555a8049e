#include "gateway/ctl/database/work.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <iostream>

#include "office/pg/error.hpp"

namespace cambist::ctl {

namespace {

namespace asio = boost::asio;
using office::pg::DatabaseError;

ExitCode said(ExitCode code, const std::exception& error) {
    std::cerr << "cambistctl: " << error.what() << '\n';
    return code;
}

ExitCode code_of(const DatabaseError& error) {
    if (error.in_doubt())
        return ExitCode::outcome_unknown;
    return error.fault() == office::pg::Fault::refused_by_server ? ExitCode::refused
                                                                 : ExitCode::unreachable;
}

}  // namespace

ExitCode work_in_database(const std::string& dsn, const Work& work) {
    if (dsn.empty())
        return said(ExitCode::usage,
                    NotPossible("this works straight in the database: give --dsn, or set "
                                "CAMBIST_DATABASE_DSN"));
    try {
        asio::io_context context{1};
        office::pg::PoolSettings settings;
        settings.connection.dsn = dsn;
        settings.connection.application_name = "cambistctl";
        settings.connections = 1;
        office::pg::Pool pool(settings);
        asio::co_spawn(context, work(pool), [](std::exception_ptr broken) {
            if (broken)
                std::rethrow_exception(broken);
        });
        context.run();
        return ExitCode::done;
    } catch (const DatabaseError& error) {
        return said(code_of(error), error);
    } catch (const std::runtime_error& error) {
        return said(ExitCode::refused, error);
    }
}

office::Actor administrator() {
    return {.name = "system:cambistctl"};
}

}  // namespace cambist::ctl
