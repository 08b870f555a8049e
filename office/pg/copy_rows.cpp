#include "office/pg/copy_rows.hpp"

#include "office/pg/error.hpp"

namespace cambist::office::pg {

namespace {
constexpr std::string_view signature("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
}

CopyRows::CopyRows() : buffer_(signature) {}

template <class T>
CopyRows& CopyRows::number(T value) {
    char bytes[4 + sizeof(T)];
    wire::put(wire::put<std::int32_t>(bytes, sizeof(T)), value);
    buffer_.append(bytes, sizeof bytes);
    return *this;
}

CopyRows& CopyRows::row(int columns) {
    char bytes[2];
    wire::put(bytes, static_cast<std::int16_t>(columns));
    buffer_.append(bytes, sizeof bytes);
    return *this;
}

CopyRows& CopyRows::add(bool value) {
    return number(static_cast<std::int8_t>(value ? 1 : 0));
}

CopyRows& CopyRows::add(std::int16_t value) {
    return number(value);
}

CopyRows& CopyRows::add(std::int32_t value) {
    return number(value);
}

CopyRows& CopyRows::add(std::int64_t value) {
    return number(value);
}

CopyRows& CopyRows::add(Instant value) {
    return number(wire::timestamp_of(value));
}

CopyRows& CopyRows::add(std::string_view value) {
    char length[4];
    wire::put(length, static_cast<std::int32_t>(value.size()));
    buffer_.append(length, sizeof length).append(value);
    return *this;
}

CopyRows& CopyRows::add(OperationId value) {
    if (value.empty())
        return null();
    char bytes[20];
    wire::put(wire::put(wire::put<std::int32_t>(bytes, 16), value.hi), value.lo);
    buffer_.append(bytes, sizeof bytes);
    return *this;
}

CopyRows& CopyRows::null() {
    buffer_.append("\377\377\377\377", 4);
    return *this;
}

std::string_view CopyRows::finish() {
    buffer_.append("\377\377", 2);
    return buffer_;
}

void CopyMessages::take(std::string_view message) {
    if (!begun_) {
        if (!message.starts_with(signature))
            throw DatabaseError(Fault::unexpected_answer, "COPY: not its binary format");
        message.remove_prefix(signature.size());
        begun_ = true;
    }
    if (message.empty())
        return;
    if (message.size() < 2)
        throw DatabaseError(Fault::unexpected_answer, "COPY: a row without its length");
    const bool end = wire::take<std::int16_t>(message.data()) < 0;
    if (!end)
        row_(message.substr(2));
}

}  // namespace cambist::office::pg
