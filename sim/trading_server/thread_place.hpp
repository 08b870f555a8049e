// Where a thread is, seen from the plugin: outside, on the control thread, in a hook, in an event.
#pragma once

#include <cstdint>

namespace cambist::sim {

struct Account;

struct Place {
    uint32_t kind;        ///< CTSP_THREAD_*
    uint64_t login;       ///< the account that the hook or event is about
    const char* calling;  ///< the plugin's function that runs, for complaints
};

/// The calling thread's place; a thread that the server did not make is a worker.
const Place& here();

/// Every thread that the server makes says so first.
void mark_host_thread(uint32_t kind = 0);

/// The thread is inside a function of the plugin while this lives; nests.
class InsidePlugin {
  public:
    InsidePlugin(uint32_t kind, uint64_t login, const char* calling);
    ~InsidePlugin();
    InsidePlugin(const InsidePlugin&) = delete;
    InsidePlugin& operator=(const InsidePlugin&) = delete;

  private:
    Place outer_;
};

/// Which accounts this thread has locked.
bool holds(const Account& account);
void note_held(Account& account);
void note_released(Account& account);

}  // namespace cambist::sim
