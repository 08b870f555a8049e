#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "office/audit/verify/row_check.hpp"

namespace cambist::office::verify {

/// Runs a RowCheck on a thread of its own, so that hashing goes on while rows are read. Calls are
/// those of RowCheck; they wait when the thread is some blocks of rows behind.
class RowLane {
  public:
    explicit RowLane(std::size_t most_findings);
    ~RowLane();
    RowLane(const RowLane&) = delete;
    RowLane& operator=(const RowLane&) = delete;

    void begin(std::vector<Window> windows);
    void take(std::string_view fields);
    void end();
    /// Waits for the thread to end; throws what it threw.
    const RowCheck& finish();
    Findings& findings() { return findings_; }

  private:
    struct Task {
        enum class Kind { begin, rows, end, stop } kind = Kind::stop;
        std::vector<Window> windows{};
        std::string rows{};  ///< each behind its length
    };

    void push(Task task);
    void flush();
    Task next();
    void work();
    void perform(Task& task);

    Sha256 sha_;
    Findings findings_;
    RowCheck check_;
    std::string block_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Task> tasks_;
    std::exception_ptr failure_;
    std::thread thread_;
};

}  // namespace cambist::office::verify
