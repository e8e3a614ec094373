#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "messages/result.hpp"
#include "runtime/ladder/ladder.hpp"

namespace bourse {

/// What carries out the calls of a workload.
class ladder_subject {
public:
    ladder_subject() = default;
    ladder_subject(const ladder_subject&) = delete;
    ladder_subject& operator=(const ladder_subject&) = delete;
    virtual ~ladder_subject() = default;

    /// Takes a call, without waiting for it. One thread at a time; in the order of the calls' numbers.
    virtual void give(std::size_t call) = 0;
    /// Carries out some of what was given, here and now. False if there is nothing, or other threads do it.
    virtual bool work() { return false; }

    /// To be called once a call, from any thread, one at a time: what was wrong, or nothing.
    std::function<void(std::size_t call, const std::string& fault)> answer;
};

struct call_pace {
    std::uint32_t window = 1;     ///< so many calls under way at most
    double calls_per_second = 0;  ///< they are due by the clock; zero: at once
};

struct driven_calls {
    double seconds = 0;  ///< from the first call to the last answer
    double cpu_ns = 0;   ///< of the process
    std::vector<std::uint64_t>
        ns;  ///< from when a call was due (or given, without a pace) to its answer
};

/// Gives the calls `first` to `until` - 1 and waits for all answers. `process` is whose processor time counts, zero: this one's. Errors:
/// `refused` with the first fault, or if nothing is answered for a minute.
[[nodiscard]] result<driven_calls> drive_calls(ladder_subject& subject, std::size_t first,
                                               std::size_t until, const call_pace& pace,
                                               pid_t process = 0);

/// Waits until the process (zero: this one) has nothing more to do of what it was given, at most ten seconds: nanoseconds of processor time
/// that it took for that.
double settle(pid_t process);

[[nodiscard]] ladder_latency latency_of(std::vector<std::uint64_t> ns);

}  // namespace bourse
