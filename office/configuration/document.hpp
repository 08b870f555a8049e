#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Reading a document of the configuration. Pure.
namespace cambist::office {

/// What is wrong with one place of a document.
struct DocumentProblem {
    std::string path;       ///< JSON pointer (RFC 6901); empty: the whole document
    std::string_view code;  ///< stable; static storage

    friend bool operator==(const DocumentProblem&, const DocumentProblem&) = default;
};
using DocumentProblems = std::vector<DocumentProblem>;

/// The pointer to `name` within the place that `path` points to.
std::string member_path(std::string_view path, std::string_view name);

/// One place of a document. Whatever is wrong with it is noted with its path; a wrong value reads
/// as an empty one.
class DocumentReader {
  public:
    DocumentReader(const boost::json::value& value, DocumentProblems& problems,
                   std::string path = {})
        : value_(&value), problems_(&problems), path_(std::move(path)) {}

    const std::string& path() const { return path_; }
    void refuse(std::string_view code) const { problems_->push_back({path_, code}); }

    /// Notes `unknown` for each member that has none of these names.
    void only(std::initializer_list<std::string_view> names) const;
    /// Notes `missing` when there is none.
    std::optional<DocumentReader> required(std::string_view name) const;
    std::optional<DocumentReader> optional(std::string_view name) const;
    /// Notes `not_an_object`, or `too_many` beyond `most`.
    void each_member(std::size_t most,
                     const std::function<void(std::string_view, DocumentReader)>& read) const;
    /// Notes `not_a_list`, or `too_many` beyond `most`. Gives how many there are.
    std::size_t each_item(std::size_t most, const std::function<void(DocumentReader)>& read) const;
    /// Notes `not_a_text`, or `too_long`.
    std::optional<std::string> text(std::size_t longest) const;
    /// Notes `not_a_number`, or `out_of_range`.
    std::int64_t integer(std::int64_t least, std::int64_t most) const;

  private:
    const boost::json::object* object() const;

    const boost::json::value* value_;
    DocumentProblems* problems_;
    std::string path_;
};

/// One value that two versions of a document do not share.
struct Difference {
    std::string path;                  ///< JSON pointer
    boost::json::value before, after;  ///< null: not there
};

/// What was added, taken away and changed, in the order of the paths. A list is one value.
std::vector<Difference> differences(const boost::json::value& before,
                                    const boost::json::value& after);

}  // namespace cambist::office
