#pragma once

// The ABI's records as the mirror tells them.

#include "plugin/abi/trading_server.h"
#include "sync/messages/records.hpp"

namespace cambist::plugin {

UserRecord user_record(const ctsp_user& user);
/// An account that the server no longer has.
UserRecord gone_user(Login login, std::uint64_t version);
GroupRecord group_record(const ctsp_group& group);
GroupRecord gone_group(GroupId id);
SymbolRecord symbol_record(const ctsp_symbol& symbol);
DealRecord deal_record(const ctsp_deal& deal, bool direct);
PositionRecord position_record(const ctsp_position& position);
MarginRecord margin_record(const ctsp_account& account);
EndOfDayRecord end_of_day_record(const ctsp_eod& day);

/// The part of a NUL-padded field that is valid UTF-8: a foreign server's bytes never break a
/// frame.
template <std::size_t N, std::size_t M>
void copy_text(FixedText<N>& to, const char (&from)[M]);
std::size_t valid_utf8_prefix(std::string_view text);

template <std::size_t N, std::size_t M>
void copy_text(FixedText<N>& to, const char (&from)[M]) {
    const char* end = static_cast<const char*>(std::memchr(from, 0, M));
    std::string_view text(from, end ? static_cast<std::size_t>(end - from) : M);
    text = text.substr(0, std::min(text.size(), N));
    to = FixedText<N>(text.substr(0, valid_utf8_prefix(text)));
}

}  // namespace cambist::plugin
