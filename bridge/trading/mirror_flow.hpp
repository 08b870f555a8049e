#pragma once

#include <boost/asio/awaitable.hpp>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bridge/bell.hpp"
#include "bridge/trading/deal_window.hpp"
#include "bridge/trading/server_context.hpp"
#include "office/trading/mirror_store.hpp"
#include "sync/streams/mirror_receiver.hpp"

namespace cambist::bridge {

/// Applies one server's events: opens sessions, takes all that waits up to 8,192 events, writes it
/// in one transaction and acknowledges it. Events stay in memory until they are committed; the
/// credit bounds them.
class MirrorFlow {
  public:
    struct Calls {
        std::function<void()> session_began;
        std::function<void(std::string_view why)> step_down;
    };
    MirrorFlow(boost::asio::any_io_executor executor, ServerContext& context, Calls calls);

    void on_hello(const Hello& hello);
    void on_batch(EventBatch batch);
    void on_heartbeat(const Heartbeat& heartbeat);
    /// The session begins anew: the lease was taken or lost, or both ends must compare again.
    void greet_again();
    /// Something that only a snapshot mends; asked at most once a minute.
    void ask_resync(std::string_view why);

    boost::asio::awaitable<void> run();
    void wake() { bell_.ring(); }

    std::uint64_t epoch() const { return receiver_.epoch(); }
    std::uint64_t cursor() const { return receiver_.cursor(); }

  private:
    /// A frame whose events from `next` on wait.
    struct Waiting {
        EventBatch batch;
        std::size_t next = 0;
    };
    using Events = std::vector<office::NumberedEvent>;
    enum class Fate { committed, over };

    boost::asio::awaitable<void> begin_session();
    boost::asio::awaitable<std::optional<Welcome>> prepare_welcome(Hello hello);
    boost::asio::awaitable<void> overtaken(std::uint64_t obeyed);
    /// The plugin knows of more than the database: nothing leaves until people have looked.
    boost::asio::awaitable<void> restored(office::pg::Transaction& tx, std::string how_seen);
    boost::asio::awaitable<void> apply_waiting();
    Events next_events() const;
    boost::asio::awaitable<Fate> apply_range(Events events);
    boost::asio::awaitable<Fate> apply_halves(Events events);
    boost::asio::awaitable<void> apply_once(const Events& events);
    boost::asio::awaitable<Fate> quarantine(office::NumberedEvent poison, std::string reason);
    /// After a commit whose answer was lost: what the cursor says.
    boost::asio::awaitable<std::optional<Fate>> look_for(std::uint64_t last_seq);
    void committed(const office::MirrorBatch& batch, const office::mirror::Applied& applied);
    void drop_queue();
    void release(std::size_t events);
    void acknowledge();
    office::mirror::Stream stream() const;
    void update_lag();
    boost::asio::awaitable<void> pause();

    ServerContext& context_;
    Calls calls_;
    Bell bell_;
    MirrorReceiver receiver_;
    DealWindow window_;
    std::deque<Waiting> queue_;
    std::size_t waiting_events_ = 0;
    Hello hello_;
    Welcome welcome_;  ///< of the open session
    bool begin_due_ = false, beginning_ = false;
    std::uint64_t greeted_session_ = 0, began_session_ = 0;

    bool all_new_ = false;  ///< recent batches held no known deal: add without looking
    int unknown_batches_ = 0;
    bool lost_ = false;      ///< apply_once found the cursor moved by somebody else
    bool poisoned_ = false;  ///< an event of this epoch is in quarantine: digests differ
    Instant resync_asked_{};
    std::uint64_t raised_ = 0;  ///< the plugin's last number, by its heartbeat
    Instant fresh_at_{};        ///< when nothing raised was uncommitted
};

}  // namespace cambist::bridge
