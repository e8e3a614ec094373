#pragma once

#include <kj/compat/tls.h>

#include <string>

#include "messages/result.hpp"

/// TLS by files in PEM form. Errors: `unreadable` (no such file), `malformed` (not what it should be).
namespace bourse {

/// For a server, with its certificate, intermediate ones behind it, and its private key.
[[nodiscard]] result<kj::Own<kj::TlsContext>> server_tls(const std::string& certificate_file,
                                                         const std::string& private_key_file);
/// For a client, which trusts the certificates of a file, or the system's if it is empty.
[[nodiscard]] result<kj::Own<kj::TlsContext>> client_tls(const std::string& authority_file);

}  // namespace bourse
