// Any bytes, taken for a LOBSTER message file and, after the first empty line, its book file: never a
// crash, every error names the file, and what is read can be driven into a book.

#include "runtime/replay/lobster_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "actors/book/event_buffer.hpp"
#include "messages/assert.hpp"
#include "runtime/replay/flow_driver.hpp"
#include "runtime/replay/lobster_history.hpp"

namespace {

using namespace bourse;

csv_source source(const std::string& text) {
    return {std::make_unique<std::istringstream>(text), "fuzz.csv"};
}

void check_lobster(const error& fault) {
    BOURSE_ASSERT(fault.what.starts_with("fuzz.csv: "));
}

void drive(const std::vector<flow_message>& messages, const std::vector<depth_row>& rows,
           flow_mode mode, bool reveals) {
    flow_driver driver({.mode = mode, .file = "fuzz.csv"});
    lobster_history history(messages, reveals);
    order_book book(instrument{}, driver.first_state());
    event_buffer events;
    std::vector<flow_step> steps;
    std::vector<flow_message> all;
    const std::size_t count = std::min(messages.size(), rows.size());
    for (std::size_t i = 0; i < count; ++i) {
        history.before(i, messages[i], rows[i], i == 0 ? nullptr : &rows[i - 1], all);
        all.push_back(messages[i]);
    }
    for (const flow_message& message : all) {
        if (const auto fault = driver.on(message, std::nullopt, steps)) {
            check_lobster(*fault);
        }
    }
    driver.finish(steps);
    for (const flow_step& step : steps) {
        book.apply(step.at, step.commands, events);
        events.clear();
    }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    const std::size_t split = std::min(text.find("\n\n"), text.size());
    const auto messages = lobster_message_reader(source(text.substr(0, split))).read_all();
    const auto rows = lobster_book_reader(source(text.substr(split))).read_all();
    if (!messages) {
        check_lobster(messages.error());
    }
    if (!rows) {
        check_lobster(rows.error());
    }
    if (messages && rows) {
        drive(*messages, *rows, flow_mode::changes, true);
        drive(*messages, *rows, flow_mode::trades, true);
        drive(*messages, *rows, flow_mode::runs, false);
    }
    return 0;
}
