#pragma once

#include <string>

#include "messages/result.hpp"
#include "runtime/node/log.hpp"
#include "runtime/node/node.hpp"

namespace bourse {

/// All that a node is started with: defaults, then a file, then the command line.
struct node_config_file {
    node_options node;
    std::string listen = "127.0.0.1:7400";
    std::string certificate_file;  ///< PEM; with a key: TLS and nothing else
    std::string private_key_file;
    bool insecure = false;  ///< serve others than this machine without TLS
    std::string log_level = "info";
    log_form log_as = log_form::text;
};

/// Reads a TOML file over `into`:
///
///     data = "./bourse-data"
///     listen = "127.0.0.1:7400"
///     workers = 0
///     [tls]      certificate = "FILE"  private-key = "FILE"  insecure = false
///     [log]      level = "info"  form = "text"             # or "json"
///     [journal]  segment-mib = 64  segments = 256  checkpoint-entries = 8192
///     [events]   keep-gib = 16
///     [history]  max-gib = 64
///     [limits]   session-per-second = 2000000  session-burst = 400000
///                account-per-second = 1000000  account-burst = 200000
///
/// A key that is not among these, or a value that cannot be, is `malformed`, with the file and the line.
[[nodiscard]] outcome read_node_config(const std::string& path, node_config_file& into);

}  // namespace bourse
