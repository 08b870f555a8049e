#pragma once

// All that the plugin asks of the operating system; one small file a platform implements it.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cambist::plugin {

/// An open file. Every call answers false or nothing when the system refuses: a full disk is an
/// answer, never a signal. After a failed sync the file must not be trusted again.
class File {
  public:
    File() = default;
    ~File();
    File(File&& other) noexcept;
    File& operator=(File&& other) noexcept;

    /// Opens or makes it, for reading and writing, by this user only.
    static std::optional<File> open(const std::string& path);

    bool write_at(std::uint64_t offset, std::span<const std::byte> bytes);
    /// Fewer bytes at the end of the file.
    std::optional<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) const;
    bool sync();
    /// Reserves the bytes on the disk, so that later writes do not find it full.
    bool reserve(std::uint64_t bytes);
    bool truncate(std::uint64_t bytes);
    std::uint64_t size() const;

  private:
    int handle_ = -1;
};

bool make_folder(const std::string& path);
bool exists(const std::string& path);
bool remove_file(const std::string& path);
/// Replaces `to` durably: the folder is synced too.
bool replace_file(const std::string& from, const std::string& to);
/// The file's text when only its owner may read it; `why` names what is wrong otherwise.
std::optional<std::string> read_secret(const std::string& path, std::string& why);
std::optional<std::string> read_text(const std::string& path);

/// What an idle thread waits at: it wakes when another thread rings, when one of the sockets has
/// something to read, or in time.
class Doorbell {
  public:
    Doorbell();
    ~Doorbell();
    Doorbell(Doorbell&&) = delete;

    void ring();
    void wait(std::span<const std::intptr_t> sockets, std::uint32_t microseconds);

  private:
    int handle_;
};

/// For a thread's start: no signal of the host is ever delivered to it.
void block_signals();
void name_thread(const char* name);
/// How many more files and sockets this process may open.
std::size_t descriptors_left();
/// Large pages for memory that is read at random.
void prefer_large_pages(void* memory, std::size_t bytes);
/// A clock that only goes forward, nanoseconds.
std::int64_t monotonic_ns();

}  // namespace cambist::plugin
