#include "office/audit/verify/row_lane.hpp"

#include <cstring>
#include <utility>

namespace cambist::office::verify {

namespace {

constexpr std::size_t block_bytes = 256 * 1024;
constexpr std::size_t most_tasks = 8;
using Length = std::uint32_t;

}  // namespace

RowLane::RowLane(std::size_t most_findings)
    : findings_(most_findings), check_(sha_, findings_), thread_([this] { work(); }) {}

RowLane::~RowLane() {
    if (!thread_.joinable())
        return;
    push({.kind = Task::Kind::stop});
    thread_.join();
}

void RowLane::begin(std::vector<Window> windows) {
    push({.kind = Task::Kind::begin, .windows = std::move(windows)});
}

void RowLane::take(std::string_view fields) {
    const auto length = static_cast<Length>(fields.size());
    block_.append(reinterpret_cast<const char*>(&length), sizeof length).append(fields);
    if (block_.size() >= block_bytes)
        flush();
}

void RowLane::flush() {
    push({.kind = Task::Kind::rows, .rows = std::exchange(block_, {})});
    block_.reserve(block_bytes + block_bytes / 4);
}

void RowLane::end() {
    flush();
    push({.kind = Task::Kind::end});
}

const RowCheck& RowLane::finish() {
    push({.kind = Task::Kind::stop});
    thread_.join();
    if (failure_)
        std::rethrow_exception(failure_);
    return check_;
}

void RowLane::push(Task task) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return tasks_.size() < most_tasks; });
    tasks_.push_back(std::move(task));
    changed_.notify_all();
}

RowLane::Task RowLane::next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !tasks_.empty(); });
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    changed_.notify_all();
    return task;
}

void RowLane::work() {
    for (Task task = next(); task.kind != Task::Kind::stop; task = next()) {
        try {
            if (!failure_)
                perform(task);
        } catch (...) {
            failure_ = std::current_exception();  // the rest is taken and dropped
        }
    }
}

void RowLane::perform(Task& task) {
    if (task.kind == Task::Kind::begin)
        check_.begin(std::move(task.windows));
    if (task.kind == Task::Kind::end)
        check_.end();
    for (std::string_view rows = task.rows; !rows.empty();) {
        Length length = 0;
        std::memcpy(&length, rows.data(), sizeof length);
        check_.take(rows.substr(sizeof length, length));
        rows.remove_prefix(sizeof length + length);
    }
}

}  // namespace cambist::office::verify
