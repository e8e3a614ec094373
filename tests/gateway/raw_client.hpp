#pragma once

#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>

#include <string>

#include "messages/schema/exchange.capnp.h"
#include "runtime/rpc/address.hpp"

namespace bourse {

/// A stream that keeps what is written to it, and hears nothing while it is deaf: its socket is not read.
class kept_stream final : public kj::AsyncIoStream {
public:
    explicit kept_stream(kj::Own<kj::AsyncIoStream> inner) : inner_(kj::mv(inner)) {}

    std::string written;
    bool is_deaf = false;

    kj::Promise<std::size_t> tryRead(void* buffer, std::size_t least, std::size_t most) override {
        if (is_deaf) {
            return kj::NEVER_DONE;
        }
        return inner_->tryRead(buffer, least, most);
    }
    kj::Promise<void> write(const void* buffer, std::size_t size) override {
        written.append(static_cast<const char*>(buffer), size);
        return inner_->write(buffer, size);
    }
    kj::Promise<void> write(kj::ArrayPtr<const kj::ArrayPtr<const kj::byte>> pieces) override {
        for (const auto& each : pieces) {
            written.append(each.asChars().begin(), each.size());
        }
        return inner_->write(pieces);
    }
    kj::Promise<void> whenWriteDisconnected() override { return inner_->whenWriteDisconnected(); }
    void shutdownWrite() override { inner_->shutdownWrite(); }

private:
    kj::Own<kj::AsyncIoStream> inner_;
};

/// A client as any program could be one: the calls of the schema, on the thread of whoever makes it.
class raw_client {
public:
    explicit raw_client(const std::string& address) : io_(kj::setupAsyncIo()) {
        const auto at = *resolve(*parse_address(address));
        auto stream = io_.provider->getNetwork()
                          .getSockaddr(&at.bytes, at.length)
                          ->connect()
                          .wait(io_.waitScope);
        stream_ = kj::heap<kept_stream>(kj::mv(stream));
        network_ =
            kj::heap<capnp::TwoPartyVatNetwork>(*stream_, capnp::rpc::twoparty::Side::CLIENT);
        system_ = kj::heap<capnp::RpcSystem<capnp::rpc::twoparty::VatId>>(
            capnp::makeRpcClient(*network_));
    }
    kj::WaitScope& scope() { return io_.waitScope; }
    kept_stream& stream() { return *stream_; }
    kj::Timer& timer() { return io_.provider->getTimer(); }

    rpc::Exchange::Client exchange() {
        capnp::MallocMessageBuilder message;
        auto vat = message.initRoot<capnp::rpc::twoparty::VatId>();
        vat.setSide(capnp::rpc::twoparty::Side::SERVER);
        return system_->bootstrap(vat).castAs<rpc::Exchange>();
    }
    capnp::RemotePromise<rpc::Exchange::LoginResults> log_in(const char* key = "operator") {
        auto request = exchange().loginRequest();
        request.setKey(key);
        return request.send();
    }
    /// Its session; the status is not looked at.
    rpc::Session::Client session() { return log_in().wait(scope()).getSession(); }

private:
    kj::AsyncIoContext io_;
    kj::Own<kept_stream> stream_;
    kj::Own<capnp::TwoPartyVatNetwork> network_;
    kj::Own<capnp::RpcSystem<capnp::rpc::twoparty::VatId>> system_;
};

}  // namespace bourse
