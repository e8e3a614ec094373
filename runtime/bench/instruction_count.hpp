#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bourse {

/// Counts the instructions that this thread executes in user space, by the processor's own counter.
/// Virtual machines often have none: then `start` does nothing and `stop` returns nothing.
class instruction_counter {
public:
    instruction_counter();
    ~instruction_counter();
    instruction_counter(const instruction_counter&) = delete;
    instruction_counter& operator=(const instruction_counter&) = delete;

    [[nodiscard]] bool available() const noexcept { return file_ >= 0; }
    void start() noexcept;
    [[nodiscard]] std::optional<std::uint64_t> stop() noexcept;

private:
    int file_ = -1;
};

/// Runs `command` (a shell's words) under valgrind's callgrind and returns how many instructions
/// it executed inside of the functions whose names match `function` (with `*` for any text);
/// nothing if there is no valgrind or the command fails. Slower by a factor of about 50.
[[nodiscard]] std::optional<std::uint64_t> count_by_callgrind(const std::string& command,
                                                              const std::string& function);

/// The number behind "Collected :" in what callgrind prints; nothing if it is not there.
[[nodiscard]] std::optional<std::uint64_t> parse_collected(std::string_view output);

}  // namespace bourse
