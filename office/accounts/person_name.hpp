#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace cambist::office {

/// Whether somebody may read a person's data, or only tell people apart by it.
enum class Masking : std::uint8_t { masked, plain };

/// A person's name. It is no text by itself: what is shown to anybody goes through `shown`.
class PersonName {
  public:
    PersonName() = default;
    explicit PersonName(std::string full) : full_(std::move(full)) {}

    /// For the database alone.
    const std::string& as_kept() const { return full_; }

  private:
    std::string full_;
};

/// The name, or the first letter of each word of it: `A*** B***`.
std::string shown(const PersonName& name, Masking masking);

}  // namespace cambist::office
