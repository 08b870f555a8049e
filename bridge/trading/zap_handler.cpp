#include "bridge/trading/zap_handler.hpp"

#include <zmq_addon.hpp>

namespace cambist::bridge {

namespace {

// A request: version, request id, domain, address, identity, mechanism, credentials.
constexpr std::size_t request_frames = 7;

std::string raw_key(const std::string& z85) {
    std::string bytes(32, '\0');
    if (!zmq_z85_decode(reinterpret_cast<std::uint8_t*>(bytes.data()), z85.c_str()))
        throw std::invalid_argument("not a Z85 key: " + z85);
    return bytes;
}

}  // namespace

ZapHandler::ZapHandler(zmq::context_t& context, const std::vector<ServerKeys>& servers)
    : socket_(context, zmq::socket_type::rep) {
    for (const ServerKeys& keys : servers)
        for (const std::string& key : keys.public_keys)
            servers_.emplace(raw_key(key), keys.server);
    socket_.set(zmq::sockopt::linger, 0);
    socket_.bind("inproc://zeromq.zap.01");
}

ZapHandler::Verdict ZapHandler::judge(const std::vector<zmq::message_t>& request) const {
    if (request.size() != request_frames || request[0].to_string_view() != "1.0" ||
        request[5].to_string_view() != "CURVE")
        return {"500", "not a CURVE request", ""};
    if (request[2].to_string_view() != zap_domain)
        return {"400", "another domain", ""};
    const auto server = servers_.find(request[6].to_string());
    if (server == servers_.end())
        return {"400", "this key is not listed", ""};
    return {"200", "OK", std::to_string(server->second.value)};
}

void ZapHandler::answer_waiting() {
    for (;;) {
        std::vector<zmq::message_t> request;
        if (!zmq::recv_multipart(socket_, std::back_inserter(request), zmq::recv_flags::dontwait))
            return;
        const Verdict verdict = judge(request);
        if (verdict.user.empty())
            ++turned_away_;
        const std::string id = request.size() > 1 ? request[1].to_string() : std::string();
        const std::vector<zmq::const_buffer> reply{zmq::buffer(std::string_view("1.0")),
                                                   zmq::buffer(id),
                                                   zmq::buffer(std::string_view(verdict.code)),
                                                   zmq::buffer(std::string_view(verdict.text)),
                                                   zmq::buffer(verdict.user),
                                                   zmq::const_buffer()};
        zmq::send_multipart(socket_, reply);
    }
}

}  // namespace cambist::bridge
