#include "plugin/record_log.hpp"

#include <cstring>

namespace cambist::plugin {

namespace {

constexpr std::uint32_t most_record_bytes = 1u << 20;

struct RecordHead {
    std::uint64_t checksum = 0;
    std::uint32_t bytes = 0, magic = 0x43455243;  // "CREC"
};

std::uint64_t checksum_of(std::uint64_t offset, ByteView record) {
    return hash_of(record) ^ (offset + 1) * 0x9e3779b97f4a7c15ull;
}

/// Whether a whole record begins anywhere behind `offset`: then what is cut is not a mere tail.
bool record_behind(ByteView all, std::size_t offset) {
    for (std::size_t at = offset + 1; at + sizeof(RecordHead) < all.size(); ++at) {
        RecordHead head;
        std::memcpy(&head, all.data() + at, sizeof head);
        if (head.magic == RecordHead{}.magic && head.bytes <= most_record_bytes &&
            head.bytes <= all.size() - at - sizeof head &&
            checksum_of(at, all.subspan(at + sizeof head, head.bytes)) == head.checksum)
            return true;
    }
    return false;
}

}  // namespace

std::optional<RecordLog::Opened> RecordLog::open(
    const std::string& path, const std::function<void(ByteView record)>& visit) {
    auto file = File::open(path);
    if (!file)
        return std::nullopt;
    Bytes all(file->size());
    const auto got = file->read_at(0, all);
    if (!got)
        return std::nullopt;
    const ByteView bytes(all.data(), *got);
    std::size_t offset = 0;
    while (bytes.size() - offset >= sizeof(RecordHead)) {
        RecordHead head;
        std::memcpy(&head, bytes.data() + offset, sizeof head);
        if (head.magic != RecordHead{}.magic || head.bytes > most_record_bytes ||
            head.bytes > bytes.size() - offset - sizeof head)
            break;
        const ByteView record = bytes.subspan(offset + sizeof head, head.bytes);
        if (checksum_of(offset, record) != head.checksum)
            break;
        visit(record);
        offset += sizeof head + head.bytes;
    }
    Opened opened;
    opened.damaged = offset < bytes.size() && record_behind(bytes, offset);
    if (offset < bytes.size() && !file->truncate(offset))
        return std::nullopt;
    opened.log.path_ = path;
    opened.log.file_ = std::move(*file);
    opened.log.end_ = offset;
    return opened;
}

bool RecordLog::append(ByteView record) {
    if (failed_ || record.size() > most_record_bytes)
        return false;
    RecordHead head;
    head.bytes = static_cast<std::uint32_t>(record.size());
    head.checksum = checksum_of(end_, record);
    scratch_.resize(sizeof head + record.size());
    std::memcpy(scratch_.data(), &head, sizeof head);
    std::memcpy(scratch_.data() + sizeof head, record.data(), record.size());
    if (!file_.write_at(end_, scratch_)) {
        file_.truncate(end_);
        return false;
    }
    end_ += scratch_.size();
    return true;
}

bool RecordLog::sync() {
    if (!failed_ && !file_.sync())
        failed_ = true;
    return !failed_;
}

bool RecordLog::rewrite(const std::function<bool(RecordLog&)>& write) {
    const std::string fresh_path = path_ + ".new";
    if (!remove_file(fresh_path))
        return false;
    auto fresh = open(fresh_path, [](ByteView) {});
    if (!fresh || !write(fresh->log) || !fresh->log.sync() || !replace_file(fresh_path, path_))
        return false;
    file_ = std::move(fresh->log.file_);
    end_ = fresh->log.end_;
    return true;
}

}  // namespace cambist::plugin
