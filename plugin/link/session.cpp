#include "plugin/link/session.hpp"

#include "plugin/version.hpp"

namespace cambist::plugin {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto greet_every = milliseconds(500);
constexpr auto beat_every = seconds(1);
constexpr auto silence_allowed = seconds(3);
constexpr auto hint_every = seconds(1);
constexpr std::uint32_t events_a_frame = 2048;
constexpr std::size_t event_bytes_a_frame = max_frame_bytes - 64;
constexpr int frames_a_round = 64;

}  // namespace

Session::Session(ServerId server, Transport& transport, Pump& pump, EventWriter& writer,
                 Journal& journal, MirrorSender& sender, Worker& worker, StateFile& state)
    : server_(server),
      transport_(transport),
      pump_(pump),
      writer_(writer),
      journal_(journal),
      sender_(sender),
      worker_(worker),
      state_(state),
      bridges_(transport.endpoints()) {}

void Session::begin_first_epoch(Instant now) {
    const StateFile::Numbers numbers = state_.numbers();
    const Journal::Position acknowledged{numbers.acknowledged_epoch, numbers.acknowledged_seq};
    const std::uint64_t last =
        std::max(numbers.epoch, carry_over_.collect_recovered(journal_, acknowledged));
    open_epoch(MirrorSender::epoch_after(last, now),
               last == 0 ? ResyncCause::first_start : ResyncCause::restart);
}

void Session::begin_epoch(ResyncCause cause, Instant now) {
    carry_over_.collect(journal_, sender_.first_kept(), sender_.last_seq());
    open_epoch(std::max(state_.numbers().epoch + 1, sender_.next_epoch(now)), cause);
}

void Session::open_epoch(std::uint64_t epoch, ResyncCause cause) {
    StateFile::Numbers numbers = state_.numbers();
    numbers.epoch = epoch;
    state_.write(numbers);
    writer_.begin_epoch(epoch);
    pump_.epoch_began(cause);
    carry_over_.write(writer_);
    sending_.reset();
    for (Bridge& bridge : bridges_)
        bridge = Bridge{bridge.heard, Instant{}, bridge.beat, false};
    owner_.reset();
    counts_.connected = false;
}

bool Session::round(Instant now) {
    if (pump_.lost_events(now.ns))
        begin_epoch(pump_.lost_cause(), now);
    bool busy = false;
    for (int frame = 0; frame < frames_a_round; ++frame) {
        auto received = transport_.receive();
        if (!received)
            break;
        busy = true;
        on_frame(received->endpoint, received->frame, now);
    }
    keep_alive(now);
    busy |= send_answers();
    busy |= send_events(now);
    return busy;
}

void Session::on_frame(std::size_t endpoint, ByteView frame, Instant now) {
    counts_.frames_in.fetch_add(1, std::memory_order_relaxed);
    bridges_[endpoint].heard = now;
    auto message = decode(frame);
    if (!message) {
        refuse(endpoint, message.error(), "");
        return;
    }
    on_message(endpoint, *message, now);
}

bool Session::from_owner(std::size_t endpoint, std::uint64_t bridge_epoch) const {
    return owner_ == endpoint && bridge_epoch == state_.numbers().bridge_epoch;
}

void Session::on_message(std::size_t endpoint, Message& message, Instant now) {
    if (const auto* welcome = std::get_if<Welcome>(&message))
        return on_welcome(endpoint, *welcome, now);
    if (const auto* refused = std::get_if<FrameRefused>(&message)) {
        // A bridge that started again, or that we reached on a new connection, waits for a Hello.
        if (refused->error == FrameError::not_expected && bridges_[endpoint].welcomed)
            forget(endpoint);
        return;
    }
    if (std::holds_alternative<Heartbeat>(message))
        return;
    if (const auto* acknowledged = std::get_if<EventsAcknowledged>(&message)) {
        if (from_owner(endpoint, acknowledged->bridge_epoch))
            on_acknowledged(*acknowledged, now);
        return;
    }
    if (const auto* missing = std::get_if<EventsMissing>(&message)) {
        if (!from_owner(endpoint, missing->bridge_epoch))
            return;
        sending_.reset();
        if (!sender_.on_missing(*missing))
            begin_epoch(ResyncCause::asked_by_bridge, now);
        return;
    }
    if (const auto* resync = std::get_if<ResyncAsked>(&message)) {
        if (from_owner(endpoint, resync->bridge_epoch))
            begin_epoch(ResyncCause::asked_by_bridge, now);
        return;
    }
    if (const auto* digest = std::get_if<DigestAsked>(&message)) {
        if (from_owner(endpoint, digest->bridge_epoch))
            pump_.write_account_digest();
        return;
    }
    const std::optional<std::uint64_t> for_worker = std::visit(
        [](const auto& each) -> std::optional<std::uint64_t> {
            using T = std::decay_t<decltype(each)>;
            if constexpr (std::is_same_v<T, PolicyBatch> || std::is_same_v<T, Command> ||
                          std::is_same_v<T, CommandAsked> || std::is_same_v<T, CommandsRetired> ||
                          std::is_same_v<T, SettingsChanged> ||
                          std::is_same_v<T, RescanAccountsAsked> ||
                          std::is_same_v<T, RescanDealsAsked>)
                return each.bridge_epoch;
            else
                return std::nullopt;
        },
        message);
    if (!for_worker)
        return refuse(endpoint, FrameError::not_expected, "");
    // A command sent under an older epoch is answered by name, so it goes on to the worker.
    if (owner_ == endpoint &&
        (from_owner(endpoint, *for_worker) || std::holds_alternative<Command>(message)))
        worker_.offer(std::move(message));
    else
        refuse(endpoint, FrameError::not_owner, "");
}

void Session::on_welcome(std::size_t endpoint, const Welcome& welcome, Instant now) {
    if (welcome.server != server_)
        return refuse(endpoint, FrameError::wrong_server, "Welcome");
    StateFile::Numbers numbers = state_.numbers();
    bridges_[endpoint].welcomed = true;
    if (!welcome.owner || welcome.bridge_epoch < numbers.bridge_epoch) {
        if (owner_ == endpoint)
            lose(endpoint);
        bridges_[endpoint].welcomed = true;
        return;
    }
    if (welcome.bridge_epoch > numbers.bridge_epoch) {
        numbers.bridge_epoch = welcome.bridge_epoch;
        if (!state_.write(numbers))
            return;  // not obeyed before it is durable; the next Hello tries again
    }
    owner_ = endpoint;
    sending_.reset();
    worker_.welcome(welcome);
    deals_since_ = welcome.deals_since;
    if (!sender_.on_welcome(welcome, now))
        return begin_epoch(ResyncCause::asked_by_bridge, now);
    counts_.connected = sender_.connected();
    journal_.release(sender_.acknowledged());
    if (sender_.connected() && pump_.snapshot_wanted()) {
        sender_.snapshot_begun(deals_since_);
        pump_.start_snapshot(deals_since_);
    }
}

void Session::on_acknowledged(const EventsAcknowledged& message, Instant now) {
    sender_.on_acknowledged(message, now);
    journal_.release(sender_.acknowledged());
    if (now - hinted_ < hint_every)
        return;
    hinted_ = now;
    StateFile::Numbers numbers = state_.numbers();
    numbers.acknowledged_epoch = sender_.epoch();
    numbers.acknowledged_seq = sender_.acknowledged();
    state_.hint(numbers);
}

void Session::greet(std::size_t endpoint, Instant now) {
    Bridge& bridge = bridges_[endpoint];
    bridge.greeted = now;
    Hello hello;
    hello.server = server_;
    hello.plugin_version = FixedText<32>(plugin_version);
    hello.epoch = sender_.epoch();
    hello.first_seq = sender_.first_kept();
    hello.last_seq = sender_.last_seq();
    hello.policy_era = worker_.policy_era();
    hello.bridge_epoch = state_.numbers().bridge_epoch;
    send(endpoint, hello);
}

void Session::keep_alive(Instant now) {
    for (std::size_t at = 0; at < bridges_.size(); ++at) {
        Bridge& bridge = bridges_[at];
        // Who does not own the stream is greeted again too, slowly: it may have become the owner.
        // An owner that answered for an earlier epoch is greeted until it answers for this one.
        const bool streams = owner_ == at && sender_.connected();
        const auto pause = bridge.welcomed && owner_ != at
                               ? 2 * std::chrono::nanoseconds(beat_every)
                               : std::chrono::nanoseconds(greet_every);
        if (!streams && now - bridge.greeted >= pause)
            greet(at, now);
        if (bridge.welcomed && now - bridge.beat >= beat_every) {
            bridge.beat = now;
            send(at, Heartbeat{now, sender_.epoch(), sender_.last_seq()});
        }
        if (bridge.welcomed && now - bridge.heard > silence_allowed)
            lose(at);
    }
}

void Session::lose(std::size_t endpoint) {
    forget(endpoint);
    transport_.reconnect(endpoint);
}

void Session::forget(std::size_t endpoint) {
    bridges_[endpoint].welcomed = false;
    bridges_[endpoint].greeted = Instant{};
    if (owner_ == endpoint) {
        owner_.reset();
        sending_.reset();
        sender_.on_disconnected();
        counts_.connected = false;
        unsent_answers_.clear();
    }
}

bool Session::send_answers() {
    for (Message& message : worker_.take_answers())
        if (owner_)
            unsent_answers_.push_back(std::move(message));
    std::size_t sent = 0;
    while (owner_ && sent < unsent_answers_.size() && send(*owner_, unsent_answers_[sent]))
        ++sent;
    unsent_answers_.erase(unsent_answers_.begin(),
                          unsent_answers_.begin() + static_cast<std::ptrdiff_t>(sent));
    return sent > 0;
}

bool Session::send_events(Instant now) {
    if (!owner_)
        return false;
    bool sent_any = false;
    for (int frames = 0; frames < frames_a_round; ++frames) {
        if (!sending_)
            sending_ = sender_.next_batch(events_a_frame, now);
        if (!sending_)
            break;
        events_.clear();
        const std::uint32_t count =
            journal_.read(sending_->first, sending_->last, event_bytes_a_frame, events_);
        if (count == 0) {  // acknowledged meanwhile, or the disk does not answer: asked for again
            sending_.reset();
            break;
        }
        frame_.clear();
        encode_batch(sender_.epoch(), sending_->first, count, events_, frame_);
        if (!transport_.send(*owner_, frame_))
            break;  // tried again next round
        counts_.events_sent.fetch_add(count, std::memory_order_relaxed);
        counts_.bytes_sent.fetch_add(frame_.size(), std::memory_order_relaxed);
        sent_any = true;
        sending_->first += count;
        if (sending_->first > sending_->last)
            sending_.reset();
    }
    return sent_any;
}

bool Session::send(std::size_t endpoint, const Message& message) {
    frame_.clear();
    encode(message, frame_);
    return transport_.send(endpoint, frame_);
}

void Session::refuse(std::size_t endpoint, FrameError error, std::string_view detail) {
    counts_.frames_refused.fetch_add(1, std::memory_order_relaxed);
    send(endpoint, FrameRefused{error, FixedText<96>(detail)});
}

void Session::goodbye(Instant now) {
    send_answers();
    send_events(now);
}

}  // namespace cambist::plugin
