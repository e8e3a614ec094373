// TLS between a gateway and its clients. The certificate in tests/data/tls is for the name localhost, signed by
// itself, and good for a hundred years; its key is no secret.

#include <doctest/doctest.h>

#include <string>

#include "runtime/client/client.hpp"
#include "runtime/gateway/gateway.hpp"
#include "tests/support/exchange/small_exchange.hpp"

using namespace bourse;

namespace {

const std::string certificate = std::string(BOURSE_TESTS_DIR) + "/data/tls/localhost.pem";
const std::string private_key = std::string(BOURSE_TESTS_DIR) + "/data/tls/localhost.key";

client_options with_tls(const gateway& at) {
    client_options options;
    options.server = at.address();
    options.key = "operator";
    options.tls = true;
    options.authority_file = certificate;
    options.tls_name = "localhost";
    return options;
}

}  // namespace

TEST_CASE(
    "with a certificate a gateway speaks TLS to whoever trusts it, and nothing else to anybody") {
    small_exchange exchange;
    const auto front = gateway::start(exchange, {.listen = "127.0.0.1:0",
                                                 .certificate_file = certificate,
                                                 .private_key_file = private_key});
    REQUIRE_MESSAGE(front, (front ? "" : front.error().what));
    {
        const auto trusting = client::connect(with_tls(**front));
        REQUIRE_MESSAGE(trusting, (trusting ? "" : trusting.error().what));
        CHECK(std::holds_alternative<done_answer>((*trusting)->ask(keep_alive{})));
    }
    client_options other_name = with_tls(**front);
    other_name.tls_name = "exchange.example";
    const auto misnamed = client::connect(other_name);
    REQUIRE_FALSE(misnamed);
    CHECK(misnamed.error().what.find("--tls-name the name that is in it") != std::string::npos);
    client_options without_trust = with_tls(**front);
    without_trust.authority_file.clear();
    CHECK_FALSE(client::connect(without_trust));
    client_options plain = with_tls(**front);
    plain.tls = false;
    const auto refused = client::connect(plain);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what.find("speaks TLS alone: give --tls") != std::string::npos);
    client_options no_certificate = with_tls(**front);
    no_certificate.authority_file = private_key;
    CHECK(client::connect(no_certificate).error().what.find("is no certificate in PEM form") !=
          std::string::npos);
    CHECK(exchange.sessions().empty());
}
