#include "bridge/jobs/anchor_folder.hpp"

#include <fcntl.h>
#include <sodium/utils.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <system_error>

namespace cambist::bridge {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view name_begins = "audit-", name_ends = ".jsonl";
constexpr std::string_view line_begins = "{\"number\":";
constexpr std::size_t name_length = name_begins.size() + 7 + name_ends.size();

[[noreturn]] void fault(const fs::path& path, const std::string& what) {
    throw AnchorFault(path.string() + ": " + what);
}

[[noreturn]] void failed(const fs::path& path) {
    fault(path, std::generic_category().message(errno));
}

/// A descriptor that closes itself, and with it gives up its lock.
class File {
  public:
    File(const fs::path& path, int flags)
        : path_(path), descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {
        if (descriptor_ < 0)
            failed(path);
    }
    ~File() { ::close(descriptor_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    int get() const { return descriptor_; }
    void lock() const {
        while (::flock(descriptor_, LOCK_EX) != 0)
            if (errno != EINTR)
                failed(path_);
    }
    std::uintmax_t size() const {
        struct stat facts{};
        if (::fstat(descriptor_, &facts) != 0)
            failed(path_);
        return static_cast<std::uintmax_t>(facts.st_size);
    }
    std::string read(std::uintmax_t from, std::uintmax_t to) const {
        std::string text(to - from, '\0');
        for (std::size_t at = 0; at < text.size();) {
            const ssize_t got = ::pread(descriptor_, text.data() + at, text.size() - at,
                                        static_cast<off_t>(from + at));
            if (got == 0)
                fault(path_, "became shorter while it was read");
            if (got < 0 && errno != EINTR)
                failed(path_);
            at += got > 0 ? static_cast<std::size_t>(got) : 0;
        }
        return text;
    }

  private:
    const fs::path& path_;
    int descriptor_;
};

bool is_anchor_file(const fs::path& path) {
    const std::string name = path.filename().string();
    return name.size() == name_length && name.starts_with(name_begins) && name.ends_with(name_ends);
}

std::vector<fs::path> files_of(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code problem;
    for (fs::directory_iterator at(folder, problem), end; !problem && at != end;
         at.increment(problem))
        if (is_anchor_file(at->path()))
            files.push_back(at->path());
    if (problem)
        fault(folder, problem.message());
    std::ranges::sort(files);
    return files;
}

std::string month_file(Instant at) {
    using namespace std::chrono;
    const year_month_day day(floor<days>(sys_time<nanoseconds>(nanoseconds(at.ns))));
    char name[64];
    std::snprintf(name, sizeof name, "%s%04d-%02u%s", name_begins.data(), int(day.year()),
                  unsigned(day.month()), name_ends.data());
    return name;
}

/// The place behind the last end of a line before `end`; 0 when there is none.
std::uintmax_t line_start(const File& file, std::uintmax_t end) {
    constexpr std::uintmax_t piece = 64 * 1024;
    while (end > 0) {
        const std::uintmax_t from = end > piece ? end - piece : 0;
        const std::string text = file.read(from, end);
        const auto found = text.rfind('\n');
        if (found != std::string::npos)
            return from + found + 1;
        end = from;
    }
    return 0;
}

AnchorMark mark_of(const fs::path& file, const std::string& line) {
    try {
        const auto value = boost::json::parse(line);
        const auto& anchor = value.as_object();
        AnchorMark mark;
        mark.number = anchor.at("number").to_number<std::int64_t>();
        const auto& hash = anchor.at("hash").as_string();
        std::size_t bytes = 0;
        if (sodium_hex2bin(mark.hash.data(), mark.hash.size(), hash.data(), hash.size(), nullptr,
                           &bytes, nullptr) == 0 &&
            bytes == mark.hash.size() && mark.number > 0)
            return mark;
    } catch (const std::exception&) {
        // Said below.
    }
    fault(file, "its last line is no anchor");
}

/// The last whole line of a file that has one.
AnchorMark last_mark(const fs::path& path, const File& file, std::uintmax_t whole) {
    const std::uintmax_t from = line_start(file, whole - 1);
    return mark_of(path, file.read(from, whole - 1));
}

}  // namespace

AnchorFolder::Tail AnchorFolder::read_tail() const {
    Tail tail;
    auto files = files_of(folder_);
    if (files.empty())
        return tail;
    tail.file = files.back();
    const File file(tail.file, O_RDONLY);
    const std::uintmax_t size = file.size();
    tail.whole = line_start(file, size);
    tail.torn = file.read(tail.whole, size);
    if (tail.whole > 0) {
        tail.newest = last_mark(tail.file, file, tail.whole);
    } else if (files.size() > 1) {
        const fs::path& before = files[files.size() - 2];
        const File older(before, O_RDONLY);
        const std::uintmax_t end = older.size();
        if (end == 0 || line_start(older, end) != end)
            fault(before, "is not the newest, and its last line is torn");
        tail.newest = last_mark(before, older, end);
    }
    return tail;
}

const AnchorFolder::Tail& AnchorFolder::tail() {
    if (broken_)
        fault(folder_, "its disk failed; restart the bridge when it is sound");
    if (tail_ && !tail_->file.empty()) {
        const auto files = files_of(folder_);
        std::error_code problem;
        if (!files.empty() && files.back() == tail_->file &&
            fs::file_size(tail_->file, problem) == tail_->whole + tail_->torn.size() && !problem)
            return *tail_;
    }
    tail_ = read_tail();
    return *tail_;
}

std::optional<AnchorMark> AnchorFolder::newest() {
    return tail().newest;
}

std::size_t AnchorFolder::keep_torn(const std::string& line) {
    // A power cut may leave zeros behind what was written.
    std::string begun = tail_->torn.substr(0, tail_->torn.find('\0'));
    if (!line.starts_with(begun)) {
        if (begun.starts_with(line_begins))
            fault(tail_->file,
                  "its last line is the beginning of a seal that the database lacks: the "
                  "database was rolled back");
        begun.clear();
    }
    if (begun.size() != tail_->torn.size() &&
        ::truncate(tail_->file.c_str(), static_cast<off_t>(tail_->whole + begun.size())) != 0)
        failed(tail_->file);
    return begun.size();
}

void AnchorFolder::write(const fs::path& path, const std::string& text) {
    const bool is_new = path != tail_->file;
    const File file(path, O_WRONLY | O_APPEND | O_CREAT);
    for (std::size_t at = 0; at < text.size();) {
        const ssize_t put = ::write(file.get(), text.data() + at, text.size() - at);
        if (put < 0 && errno != EINTR)
            failed(path);
        at += put > 0 ? static_cast<std::size_t>(put) : 0;
    }
    broken_ = ::fsync(file.get()) != 0;
    if (!broken_ && is_new)
        broken_ = ::fsync(File(folder_, O_RDONLY | O_DIRECTORY).get()) != 0;
    if (broken_)
        failed(path);
    tail_->file = path;
    tail_->whole = file.size();
    tail_->torn.clear();
}

bool AnchorFolder::append(const std::optional<AnchorMark>& expected,
                          const std::vector<Anchor>& anchors) {
    const File lock(folder_, O_RDONLY | O_DIRECTORY);
    lock.lock();
    if (tail().newest != expected)
        return false;
    try {
        std::string text;
        fs::path file = tail_->file;
        for (const Anchor& anchor : anchors) {
            std::string line = anchor.line + "\n";
            if (!tail_->torn.empty()) {
                line.erase(0, keep_torn(line));
                write(file, line);
                continue;
            }
            const fs::path due = std::max(file, folder_ / month_file(anchor.sealed_at));
            if (due != file && !text.empty())
                write(file, std::exchange(text, {}));
            file = due;
            text += line;
        }
        if (!text.empty())
            write(file, text);
        if (!anchors.empty())
            tail_->newest = anchors.back().mark;
    } catch (...) {
        tail_.reset();  // how far it came is read again
        throw;
    }
    return true;
}

}  // namespace cambist::bridge
