#include "office/audit/verify/claimed_lines.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <thread>
#include <utility>

namespace cambist::office::verify {

namespace {

// They bound memory, and are worth a thread's start.
constexpr std::size_t block_lines = 256, block_bytes = 1024 * 1024;
constexpr std::size_t most_threads = 8;

std::size_t threads_for(std::size_t lines) {
    constexpr std::size_t lines_a_thread = 16;
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    return std::clamp<std::size_t>(lines / lines_a_thread, 1, std::min(cores, most_threads));
}

}  // namespace

ClaimedLines::ClaimedLines(const std::filesystem::path& folder, const std::vector<PublicKey>& keys,
                           std::int64_t from_seal)
    : files_(folder), keys_(keys), from_seal_(from_seal) {}

const ClaimedLine* ClaimedLines::peek(std::size_t ahead) {
    while (lines_.size() <= ahead)
        if (!take_block())
            return nullptr;
    return &lines_[ahead];
}

std::optional<ClaimedLine> ClaimedLines::next() {
    if (!peek(0))
        return std::nullopt;
    ClaimedLine line = std::move(lines_.front());
    lines_.pop_front();
    return line;
}

/// The block that is being checked, and begins the next; false when there is none.
bool ClaimedLines::take_block() {
    if (threads_.empty())
        start();
    for (auto& thread : std::exchange(threads_, {}))
        thread.get();
    std::ranges::move(checked_, std::back_inserter(lines_));
    const bool any = !checked_.empty();
    start();
    return any;
}

void ClaimedLines::start() {
    block_ = read_block();
    checked_.assign(block_.size(), {});
    const std::size_t threads = block_.empty() ? 0 : threads_for(block_.size());
    for (std::size_t first = 0; first < threads; ++first)
        threads_.push_back(std::async(std::launch::async, [this, first, threads] {
            Sha256 sha;
            for (std::size_t at = first; at < block_.size(); at += threads) {
                ClaimedLine& line = checked_[at];
                line.claim = claim_of(block_[at], keys_, sha);
                line.number = line.claim.anchor ? line.claim.anchor->seal.number : 0;
            }
        }));
}

std::vector<AnchorLine> ClaimedLines::read_block() {
    std::vector<AnchorLine> block;
    for (std::size_t bytes = 0; block.size() < block_lines && bytes < block_bytes;) {
        auto line = files_.next();
        if (!line)
            break;
        if (is_before_question(line->text))
            continue;
        bytes += line->text.size();
        block.push_back(std::move(*line));
    }
    return block;
}

bool ClaimedLines::is_before_question(std::string_view line) {
    constexpr std::string_view begins = "{\"number\":";
    std::int64_t number = from_seal_;
    if (!begun_ && line.starts_with(begins))
        std::from_chars(line.data() + begins.size(), line.data() + line.size(), number);
    begun_ = begun_ || number >= from_seal_;
    return !begun_;
}

}  // namespace cambist::office::verify
