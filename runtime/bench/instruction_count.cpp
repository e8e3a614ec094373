#include "runtime/bench/instruction_count.hpp"

#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>

namespace bourse {

instruction_counter::instruction_counter() {
    perf_event_attr wanted{};
    wanted.size = sizeof(wanted);
    wanted.type = PERF_TYPE_HARDWARE;
    wanted.config = PERF_COUNT_HW_INSTRUCTIONS;
    wanted.disabled = 1;
    wanted.exclude_kernel = 1;
    wanted.exclude_hv = 1;
    // This thread, on any processor, in no group, without flags.
    file_ = static_cast<int>(::syscall(SYS_perf_event_open, &wanted, 0, -1, -1, 0UL));
}

instruction_counter::~instruction_counter() {
    if (file_ >= 0) {
        ::close(file_);
    }
}

void instruction_counter::start() noexcept {
    if (file_ >= 0) {
        ::ioctl(file_, PERF_EVENT_IOC_RESET, 0);
        ::ioctl(file_, PERF_EVENT_IOC_ENABLE, 0);
    }
}

std::optional<std::uint64_t> instruction_counter::stop() noexcept {
    if (file_ < 0) {
        return std::nullopt;
    }
    ::ioctl(file_, PERF_EVENT_IOC_DISABLE, 0);
    std::uint64_t count = 0;
    if (::read(file_, &count, sizeof(count)) != sizeof(count) || count == 0) {
        return std::nullopt;
    }
    return count;
}

std::optional<std::uint64_t> parse_collected(std::string_view output) {
    constexpr std::string_view word = "Collected : ";
    const std::size_t at = output.find(word);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view digits = output.substr(at + word.size());
    std::uint64_t count = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    return error == std::errc{} ? std::optional{count} : std::nullopt;
}

std::optional<std::uint64_t> count_by_callgrind(const std::string& command,
                                                const std::string& function) {
    const std::string line =
        "exec 2>&1; command -v valgrind >/dev/null && exec valgrind --tool=callgrind "
        "--callgrind-out-file=/dev/null '--toggle-collect=" +
        function + "' " + command;
    FILE* const pipe = ::popen(line.c_str(), "r");
    if (pipe == nullptr) {
        return std::nullopt;
    }
    std::string output;
    std::array<char, 4096> part{};
    for (std::size_t got = 1; got != 0;) {
        got = std::fread(part.data(), 1, part.size(), pipe);
        output.append(part.data(), got);
    }
    return ::pclose(pipe) == 0 ? parse_collected(output) : std::nullopt;
}

}  // namespace bourse
