#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "messages/result.hpp"
#include "runtime/replay/csv_source.hpp"
#include "runtime/replay/flow_message.hpp"

/// Recorded order flow as LOBSTER delivers it: a message file and an order book file of as many
/// lines, each line of the book being the state after the message of the same line. No headers.
///
/// Columns of a message:
///
/// | column    | what is read                                                                   |
/// |-----------|--------------------------------------------------------------------------------|
/// | time      | seconds since midnight, with up to 9 decimals                                  |
/// | type      | 1 add, 2 partial cancel, 3 delete, 4 execution, 5 hidden execution, 6 cross, 7 halt |
/// | order id  | 0 for hidden executions, crosses and halts                                     |
/// | size      | lots added, taken away or traded                                               |
/// | price     | × 10,000, which is the tick here; of a halt −1 halted, 0 quoting, 1 trading     |
/// | direction | 1 buy, −1 sell: the side of the resting order, also of an execution            |
///
/// A seventh column (the market participant) is ignored. Columns of the book, for each level from
/// the best: ask price, ask size, bid price, bid size; a level that is not there has the price
/// ±9999999999 and size 0.
///
/// What the two leave out, and how it is made up for, lobster_history.hpp says.
namespace bourse {

struct lobster_options {
    timestamp midnight{};  ///< of the file's day; messages' times are added to it
};

/// Reads a message file.
class lobster_message_reader {
public:
    [[nodiscard]] static result<lobster_message_reader> open(const std::string& path,
                                                             lobster_options options = {});
    explicit lobster_message_reader(csv_source in, lobster_options options = {})
        : in_(std::move(in)), options_(options) {}

    /// The next line, nothing at the end of the file, or what is wrong with the line.
    [[nodiscard]] result<std::optional<flow_message>> next();
    /// All lines that are left, or the first thing wrong. A file without lines is wrong.
    [[nodiscard]] result<std::vector<flow_message>> read_all();

private:
    void read_order(flow_message& message);

    csv_source in_;
    lobster_options options_;
};

/// Reads an order book file. How many levels it has, its first line says.
class lobster_book_reader {
public:
    [[nodiscard]] static result<lobster_book_reader> open(const std::string& path);
    explicit lobster_book_reader(csv_source in) : in_(std::move(in)) {}

    /// The next line, nothing at the end of the file, or what is wrong with the line.
    [[nodiscard]] result<std::optional<depth_row>> next();
    /// As of `lobster_message_reader`.
    [[nodiscard]] result<std::vector<depth_row>> read_all();

private:
    void read_side(std::size_t offset, std::string_view name, std::vector<book_level>& levels);

    csv_source in_;
    std::size_t levels_ = 0;
};

}  // namespace bourse
