#include "runtime/replay/recorded_flow.hpp"

#include <utility>

#include "runtime/replay/databento_reader.hpp"
#include "runtime/replay/lobster_history.hpp"
#include "runtime/replay/lobster_reader.hpp"

namespace bourse {
namespace {

constexpr unsigned databento_decimals = 9;
constexpr unsigned lobster_decimals = 4;

class databento_flow final : public recorded_flow {
public:
    databento_flow(flow_options options, mbo_reader messages, std::optional<mbp_reader> rows)
        : driver_(std::move(options)), reader_(std::move(messages)), rows_(std::move(rows)) {}

    outcome begin() { return read_row(); }
    [[nodiscard]] result<bool> next(std::vector<flow_step>& steps) override {
        steps.clear();
        auto message = reader_.next();
        if (!message) {
            return message.error();
        }
        if (!*message) {
            driver_.finish(steps);
            return false;
        }
        ++messages_;
        std::optional<depth_row> shown;
        if (row_ && describes(*row_, **message)) {
            shown = std::move(row_->depth);
            if (auto read = read_row(); !read) {
                return read.error();
            }
        }
        if (auto fault = driver_.on(**message, std::move(shown), steps)) {
            return *std::move(fault);
        }
        return true;
    }
    [[nodiscard]] unsigned price_decimals() const noexcept override { return databento_decimals; }

private:
    outcome read_row() {
        if (rows_) {
            auto read = rows_->next();
            if (!read) {
                return read.error();
            }
            row_ = *std::move(read);
        }
        return done{};
    }

    flow_driver driver_;
    mbo_reader reader_;
    std::optional<mbp_reader> rows_;
    std::optional<mbp_row> row_;
};

class lobster_flow final : public recorded_flow {
public:
    lobster_flow(flow_options options, std::vector<flow_message> messages,
                 std::optional<std::vector<depth_row>> rows)
        : driver_(std::move(options)),
          lines_(std::move(messages)),
          rows_(std::move(rows)),
          history_(lines_, rows_.has_value()) {}

    [[nodiscard]] result<bool> next(std::vector<flow_step>& steps) override {
        steps.clear();
        if (messages_ == lines_.size()) {
            driver_.finish(steps);
            return false;
        }
        const std::size_t at = messages_++;
        const depth_row& row = rows_ ? (*rows_)[at] : nothing_shown_;
        const depth_row* const before = at == 0 ? nullptr
                                        : rows_ ? &(*rows_)[at - 1]
                                                : &nothing_shown_;
        made_up_.clear();
        history_.before(at, lines_[at], row, before, made_up_);
        for (const flow_message& each : made_up_) {
            if (auto fault = driver_.on(each, std::nullopt, steps)) {
                return *std::move(fault);
            }
        }
        auto shown = rows_ ? std::optional(row) : std::nullopt;
        if (auto fault = driver_.on(lines_[at], std::move(shown), steps)) {
            return *std::move(fault);
        }
        return true;
    }
    [[nodiscard]] unsigned price_decimals() const noexcept override { return lobster_decimals; }

private:
    const depth_row nothing_shown_{.bids = {}, .asks = {}, .levels = 0};
    flow_driver driver_;
    std::vector<flow_message> lines_;
    std::optional<std::vector<depth_row>> rows_;
    lobster_history history_;
    std::vector<flow_message> made_up_;
};

}  // namespace

result<std::unique_ptr<recorded_flow>> open_databento(recorded_flow_options options) {
    auto messages = mbo_reader::open(options.messages, {.price_decimals = databento_decimals});
    if (!messages) {
        return messages.error();
    }
    std::optional<mbp_reader> rows;
    if (options.book) {
        auto opened = mbp_reader::open(*options.book, {.price_decimals = databento_decimals});
        if (!opened) {
            return opened.error();
        }
        rows = *std::move(opened);
    }
    auto made = std::make_unique<databento_flow>(std::move(options.driver), *std::move(messages),
                                                 std::move(rows));
    if (auto begun = made->begin(); !begun) {
        return begun.error();
    }
    return std::unique_ptr<recorded_flow>(std::move(made));
}

result<std::unique_ptr<recorded_flow>> open_lobster(recorded_flow_options options) {
    auto reader = lobster_message_reader::open(options.messages);
    if (!reader) {
        return reader.error();
    }
    auto messages = reader->read_all();
    if (!messages) {
        return messages.error();
    }
    std::optional<std::vector<depth_row>> rows;
    if (options.book) {
        auto opened = lobster_book_reader::open(*options.book);
        if (!opened) {
            return opened.error();
        }
        auto all = opened->read_all();
        if (!all) {
            return all.error();
        }
        if (all->size() != messages->size()) {
            return error{errc::malformed, *options.book + " has " + std::to_string(all->size()) +
                                              " rows, and " + options.messages + " has " +
                                              std::to_string(messages->size()) +
                                              " messages: they do not belong together"};
        }
        rows = *std::move(all);
    }
    return std::unique_ptr<recorded_flow>(std::make_unique<lobster_flow>(
        std::move(options.driver), *std::move(messages), std::move(rows)));
}

}  // namespace bourse
