#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/problem.hpp"
#include "sync/vocabulary/ids.hpp"
#include "sync/vocabulary/instant.hpp"
#include "sync/vocabulary/operation_id.hpp"

namespace cambist::gateway {

/// An amount as sent: not yet judged, since the digits of its currency may need a look-up.
struct AmountText {
    std::string amount;
    std::string currency;
};

/// Reads a JSON object field by field and collects everything that is wrong with it; fields that
/// nobody asked for are errors too. A wrong field reads as an empty value: look at `problem()`
/// before using any.
class FieldReader {
  public:
    explicit FieldReader(const boost::json::value& body);

    std::string text(std::string_view name, std::size_t longest);
    std::optional<std::string> optional_text(std::string_view name, std::size_t longest);
    /// One of the words; gives its position.
    std::size_t word(std::string_view name, std::span<const std::string_view> words);
    OperationId uuid(std::string_view name);
    std::optional<OperationId> optional_uuid(std::string_view name);
    Login login(std::string_view name);
    Login optional_login(std::string_view name);  ///< 0: absent
    std::int64_t integer(std::string_view name, std::int64_t least, std::int64_t most);
    std::optional<std::int64_t> optional_integer(std::string_view name, std::int64_t least,
                                                 std::int64_t most);
    std::optional<bool> optional_flag(std::string_view name);
    /// RFC 3339.
    std::optional<Instant> optional_time(std::string_view name);
    /// Is it there and null? Every other way to read it takes null for an error.
    bool is_null(std::string_view name);
    std::vector<std::string> texts(std::string_view name, std::size_t most, std::size_t longest);
    /// Empty when absent; given, it names something.
    std::vector<std::string> optional_texts(std::string_view name, std::size_t most,
                                            std::size_t longest);
    AmountText amount(std::string_view name);
    std::optional<AmountText> optional_amount(std::string_view name);
    /// Calls `read` with a reader of the object under that name; false when it is absent.
    bool object(std::string_view name, bool required,
                const std::function<void(FieldReader&)>& read);
    /// The object under that name as it is; empty when it is none.
    boost::json::value any_object(std::string_view name);
    /// Calls `read` once an item, in order.
    void objects(std::string_view name, std::size_t most,
                 const std::function<void(FieldReader&)>& read);

    /// A rule between fields that the caller found broken.
    void refuse(std::string_view name, std::string_view code);

    /// 422 `invalid_fields` with every error found and every unknown field; nothing if all is well.
    std::optional<Problem> problem();

  private:
    FieldReader(const boost::json::value& value, std::string path, std::vector<FieldError>& errors);
    const boost::json::value* find(std::string_view name, bool required);
    std::string checked_text(std::string_view name, const boost::json::value& value,
                             std::size_t longest);
    void note_unknown_fields();

    const boost::json::object* object_ = nullptr;
    std::string path_;
    std::vector<FieldError> own_errors_;
    std::vector<FieldError>& errors_;
    std::set<std::string, std::less<>> known_;
};

}  // namespace cambist::gateway
