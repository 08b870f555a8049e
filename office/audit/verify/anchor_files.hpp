#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace cambist::office::verify {

struct AnchorLine {
    std::string text, place;  ///< place: file and line, for people
};

/// The lines of a folder of anchors, as far as they had been written when this was made. A last
/// line that has no end yet is being written and is not there.
class AnchorFiles {
  public:
    /// Throws CannotVerify.
    explicit AnchorFiles(const std::filesystem::path& folder);

    std::optional<AnchorLine> next();

  private:
    struct File {
        std::filesystem::path path;
        std::uintmax_t size = 0;
    };

    bool open_next();

    std::vector<File> files_;
    std::size_t opened_ = 0;
    std::ifstream stream_;
    std::uintmax_t read_ = 0;
    std::int64_t line_ = 0;
};

}  // namespace cambist::office::verify
