#pragma once

namespace bourse {

/// What `bourse` ends with, the same for every command.
enum class exit_code : int {
    done = 0,
    refused = 1,      ///< the request was understood and refused, or a check failed
    usage = 2,        ///< the command line is wrong
    unreachable = 3,  ///< no node answered
};

}  // namespace bourse
