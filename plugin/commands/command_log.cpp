#include "plugin/commands/command_log.hpp"

#include <unordered_set>
#include <vector>

namespace cambist::plugin {

namespace {

constexpr std::uint64_t rewrite_from_bytes = 4u << 20;

}  // namespace

std::optional<CommandLog::Loaded> CommandLog::open(const std::string& path,
                                                   CommandExecutor& executor) {
    Loaded loaded;
    auto opened = RecordLog::open(path, [&](ByteView record) {
        const auto message = decode(record);
        if (!message)
            loaded.damaged = true;
        else if (const auto* command = std::get_if<Command>(&*message))
            executor.recovered_intent(*command);
        else if (const auto* result = std::get_if<CommandResult>(&*message))
            executor.recovered_outcome(*result);
        else if (const auto* retired = std::get_if<CommandsRetired>(&*message))
            executor.retire(retired->low_water);
    });
    if (!opened)
        return std::nullopt;
    loaded.damaged |= opened->damaged;
    loaded.log.path_ = path;
    loaded.log.log_ = std::move(opened->log);
    loaded.log.rewritten_bytes_ = loaded.log.log_.bytes();
    return loaded;
}

bool CommandLog::append(const Message& message) {
    Bytes record;
    encode(message, record);
    return log_.append(record) && log_.sync();
}

bool CommandLog::intent(const Command& command) {
    return append(command);
}

bool CommandLog::outcome(const CommandResult& result) {
    return append(result);
}

bool CommandLog::retire(std::uint64_t low_water) {
    if (log_.bytes() < rewrite_from_bytes + 2 * rewritten_bytes_)
        return append(CommandsRetired{0, low_water});
    // Keeps the mark and every intent above it with its outcome.
    std::vector<Bytes> kept;
    std::unordered_set<OperationId> ids;
    const auto keep = [&](ByteView record) {
        const auto message = decode(record);
        if (!message)
            return;
        const auto* command = std::get_if<Command>(&*message);
        const auto* result = std::get_if<CommandResult>(&*message);
        if (command && command->number > low_water)
            ids.insert(command->id);
        if ((command && command->number > low_water) || (result && ids.contains(result->id)))
            kept.emplace_back(record.begin(), record.end());
    };
    if (!RecordLog::open(path_, keep))
        return false;
    const bool rewritten = log_.rewrite([&](RecordLog& fresh) {
        Bytes mark;
        encode(CommandsRetired{0, low_water}, mark);
        bool whole = fresh.append(mark);
        for (const Bytes& record : kept)
            whole = whole && fresh.append(record);
        return whole;
    });
    rewritten_bytes_ = log_.bytes();
    return rewritten;
}

}  // namespace cambist::plugin
