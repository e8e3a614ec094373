#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "messages/result.hpp"
#include "runtime/replay/flow_driver.hpp"

namespace bourse {

struct recorded_flow_options {
    std::string messages;             ///< a file: every order
    std::optional<std::string> book;  ///< a file: what the book showed after each change
    flow_options driver;
};

/// A recorded file, or two, as steps for a book: readers, made-up history and driver put together.
class recorded_flow {
public:
    recorded_flow() = default;
    virtual ~recorded_flow() = default;
    recorded_flow(const recorded_flow&) = delete;
    recorded_flow& operator=(const recorded_flow&) = delete;

    /// Replaces `steps` by what the next message brings about, perhaps nothing; false at the end of the file, when `steps`
    /// has what was held back.
    [[nodiscard]] virtual result<bool> next(std::vector<flow_step>& steps) = 0;
    [[nodiscard]] std::uint64_t messages() const noexcept { return messages_; }
    /// Prices in its steps are counts of 10^-this.
    [[nodiscard]] virtual unsigned price_decimals() const noexcept = 0;

protected:
    std::uint64_t messages_ = 0;
};

/// Databento's MBO, and MBP-10 for the book.
[[nodiscard]] result<std::unique_ptr<recorded_flow>> open_databento(recorded_flow_options options);
/// LOBSTER's message file, and its order book file.
[[nodiscard]] result<std::unique_ptr<recorded_flow>> open_lobster(recorded_flow_options options);

}  // namespace bourse
