#pragma once

#include <memory>
#include <string>

#include "runtime/ladder/call_driver.hpp"
#include "runtime/ladder/ladder_workload.hpp"

namespace bourse {

// The steps with a whole node. The workload must outlive them.

/// A node in this process with everything that it keeps in `folder`, asked through its port, ready for the workload's first call.
[[nodiscard]] result<std::unique_ptr<ladder_subject>> actors_subject(
    const ladder_workload& workload, const std::string& folder);

/// A server at `address`, by one session of the client library. With a key it is a new node, which is got ready; without, an echo.
[[nodiscard]] result<std::unique_ptr<ladder_subject>> rpc_subject(const ladder_workload& workload,
                                                                  const std::string& address,
                                                                  const std::string& key);

/// The key of the operator of a node that was started once.
[[nodiscard]] std::string operator_key(const std::string& folder);

}  // namespace bourse
