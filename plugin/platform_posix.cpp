#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "plugin/platform.hpp"

namespace cambist::plugin {

File::~File() {
    if (handle_ >= 0)
        close(handle_);
}

File::File(File&& other) noexcept : handle_(std::exchange(other.handle_, -1)) {}

File& File::operator=(File&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
}

std::optional<File> File::open(const std::string& path) {
    File file;
    file.handle_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file.handle_ < 0)
        return std::nullopt;
    return file;
}

bool File::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = pwrite(handle_, bytes.data(), bytes.size(), off_t(offset));
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        offset += std::uint64_t(written);
        bytes = bytes.subspan(std::size_t(written));
    }
    return true;
}

std::optional<std::size_t> File::read_at(std::uint64_t offset, std::span<std::byte> into) const {
    std::size_t total = 0;
    while (total < into.size()) {
        const ssize_t got =
            pread(handle_, into.data() + total, into.size() - total, off_t(offset + total));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return std::nullopt;
        if (got == 0)
            break;
        total += std::size_t(got);
    }
    return total;
}

bool File::sync() {
    return fdatasync(handle_) == 0;
}

bool File::reserve(std::uint64_t bytes) {
    return posix_fallocate(handle_, 0, off_t(bytes)) == 0;
}

bool File::truncate(std::uint64_t bytes) {
    return ftruncate(handle_, off_t(bytes)) == 0;
}

std::uint64_t File::size() const {
    struct stat status{};
    return fstat(handle_, &status) == 0 ? std::uint64_t(status.st_size) : 0;
}

bool make_folder(const std::string& path) {
    return mkdir(path.c_str(), 0700) == 0 || errno == EEXIST;
}

bool exists(const std::string& path) {
    return access(path.c_str(), F_OK) == 0;
}

bool remove_file(const std::string& path) {
    return unlink(path.c_str()) == 0 || errno == ENOENT;
}

bool replace_file(const std::string& from, const std::string& to) {
    if (rename(from.c_str(), to.c_str()) != 0)
        return false;
    const std::size_t slash = to.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : to.substr(0, slash + 1);
    const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0)
        return false;
    const bool synced = fsync(handle) == 0;
    close(handle);
    return synced;
}

std::optional<std::string> read_text(const std::string& path) {
    std::FILE* file = std::fopen(path.c_str(), "re");
    if (!file)
        return std::nullopt;
    std::string text;
    std::array<char, 4096> part;
    while (const std::size_t got = std::fread(part.data(), 1, part.size(), file))
        text.append(part.data(), got);
    std::fclose(file);
    return text;
}

std::optional<std::string> read_secret(const std::string& path, std::string& why) {
    struct stat status{};
    if (stat(path.c_str(), &status) != 0) {
        why = path + " cannot be read";
        return std::nullopt;
    }
    if (status.st_mode & 077) {
        why = path + " can be read by others; chmod 600 it";
        return std::nullopt;
    }
    auto text = read_text(path);
    if (!text)
        why = path + " cannot be read";
    return text;
}

// Without a handle (too many files are open) it is a plain pause.
Doorbell::Doorbell() : handle_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Doorbell::~Doorbell() {
    if (handle_ >= 0)
        close(handle_);
}

void Doorbell::ring() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(handle_, &one, sizeof one);
}

void Doorbell::wait(std::span<const std::intptr_t> sockets, std::uint32_t microseconds) {
    constexpr std::size_t most = 16;
    std::array<pollfd, most> watched{};
    std::size_t count = 0;
    watched[count++] = {handle_, POLLIN, 0};
    for (const std::intptr_t socket : sockets.first(std::min(sockets.size(), most - 1)))
        watched[count++] = {int(socket), POLLIN, 0};
    const timespec pause{microseconds / 1'000'000, long(microseconds % 1'000'000) * 1000};
    ppoll(watched.data(), count, &pause, nullptr);
    std::uint64_t rung = 0;
    if (watched[0].revents != 0) [[maybe_unused]]
        const ssize_t got = read(handle_, &rung, sizeof rung);
}

void block_signals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

void name_thread(const char* name) {
    pthread_setname_np(pthread_self(), name);
}

std::size_t descriptors_left() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    std::size_t open_now = 0;
    if (DIR* folder = opendir("/proc/self/fd")) {
        while (readdir(folder))
            ++open_now;
        closedir(folder);
    }
    return limit.rlim_cur > open_now ? limit.rlim_cur - open_now : 0;
}

void prefer_large_pages(void* memory, std::size_t bytes) {
    constexpr std::uintptr_t page = 2u << 20;
    const auto begin = (reinterpret_cast<std::uintptr_t>(memory) + page - 1) & ~(page - 1);
    const auto end = (reinterpret_cast<std::uintptr_t>(memory) + bytes) & ~(page - 1);
    if (begin < end)
        madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
}

std::int64_t monotonic_ns() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

}  // namespace cambist::plugin
