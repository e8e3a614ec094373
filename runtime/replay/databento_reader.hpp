#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "messages/result.hpp"
#include "runtime/replay/csv_source.hpp"
#include "runtime/replay/flow_message.hpp"

/// Recorded order flow as Databento delivers it: CSV files of the schemas MBO (every order) and
/// MBP-10 (ten levels a side after each change of them).
///
/// Columns are found by the names in the header, whatever their order, and others are ignored:
///
/// | column     | what is read                                                              |
/// |------------|---------------------------------------------------------------------------|
/// | ts_event   | RFC 3339 in UTC with up to 9 decimals, or nanoseconds since 1970          |
/// | action     | A add, C cancel by size, M modify, R clear, T trade, F fill, N none       |
/// | side       | B bid, A ask, N none; of a trade the aggressor's, else the order's        |
/// | price      | decimal; may be empty where the action has none                           |
/// | size       | of C what is taken away                                                   |
/// | order_id   | MBO only                                                                  |
/// | sequence   | the venue's message number                                                |
/// | bid_px_00, bid_sz_00, bid_ct_00, ask_…, to _09 | MBP-10 only; an empty price: no level |
namespace bourse {

/// Prices become counts of 10^-`price_decimals`: 2 for cents. Nasdaq's trades at half a cent need 3.
struct databento_options {
    unsigned price_decimals = 9;
};

/// Reads an MBO file.
class mbo_reader {
public:
    /// Opens a file, or takes one that is open, and reads the header.
    [[nodiscard]] static result<mbo_reader> open(const std::string& path,
                                                 databento_options options = {});
    [[nodiscard]] static result<mbo_reader> from(csv_source in, databento_options options = {});

    /// The next line, nothing at the end of the file, or what is wrong with the line.
    [[nodiscard]] result<std::optional<flow_message>> next();

private:
    mbo_reader(csv_source in, databento_options options) : in_(std::move(in)), options_(options) {}
    void read_header();

    csv_source in_;
    databento_options options_;
    csv_column ts_event_, action_, side_, price_, size_, order_id_, sequence_;
};

/// One line of an MBP-10 file: what happened, and what the book showed after it.
struct mbp_row {
    flow_action action = flow_action::nothing;
    bourse::price price{};
    quantity lots{};
    timestamp at{};
    std::uint64_t sequence = 0;
    std::uint64_t line = 0;
    depth_row depth{};
};

/// Whether `row` is the one for `message`. The sides are not compared: files differ on which side
/// a trade has.
[[nodiscard]] bool describes(const mbp_row& row, const flow_message& message) noexcept;

/// Reads an MBP-10 file.
class mbp_reader {
public:
    static constexpr std::size_t levels = 10;

    [[nodiscard]] static result<mbp_reader> open(const std::string& path,
                                                 databento_options options = {});
    [[nodiscard]] static result<mbp_reader> from(csv_source in, databento_options options = {});

    /// As of `mbo_reader`.
    [[nodiscard]] result<std::optional<mbp_row>> next();

private:
    struct level_columns {
        csv_column price, lots, orders;
    };
    using side_columns = std::array<level_columns, levels>;

    mbp_reader(csv_source in, databento_options options) : in_(std::move(in)), options_(options) {}
    void read_header();
    [[nodiscard]] std::vector<book_level> read_levels(const side_columns& columns);

    csv_source in_;
    databento_options options_;
    csv_column ts_event_, action_, price_, size_, sequence_;
    side_columns bids_, asks_;
};

}  // namespace bourse
