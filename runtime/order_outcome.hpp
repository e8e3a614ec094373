#pragma once

#include <string>
#include <vector>

#include "messages/report.hpp"
#include "messages/shard_command.hpp"
#include "runtime/remote.hpp"

/// What becomes of an order, and of what is asked for about one, as people want it or with --json as programs do.
namespace bourse {

/// Sends one command of the account called `account`, so that it is done at most once, and prints what became of it.
/// Ends the command when it is refused. The reports printed; none if it was done before.
std::vector<report> act(remote& at, shard_command asked_for, const std::string& account);

/// Prints what becomes of an order after `last` until it has ended: the session, and so the order, lives until then.
void stay_with(remote& at, const report& last, const instrument_line& in,
               const std::string& account);

}  // namespace bourse
