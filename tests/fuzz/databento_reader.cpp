// Any bytes, taken for an MBO and for an MBP-10 file: never a crash, every error names the file, and
// what is read can be driven into a book.

#include "runtime/replay/databento_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "actors/book/event_buffer.hpp"
#include "messages/assert.hpp"
#include "runtime/replay/flow_driver.hpp"

namespace {

using namespace bourse;

csv_source source(const std::uint8_t* data, std::size_t size) {
    return {std::make_unique<std::istringstream>(std::string(data, data + size)), "fuzz.csv"};
}

void check_databento(const error& fault) {
    BOURSE_ASSERT(fault.what.starts_with("fuzz.csv: "));
}

void drive(const std::vector<flow_message>& messages, flow_mode mode) {
    flow_driver driver({.mode = mode, .file = "fuzz.csv"});
    order_book book(instrument{}, driver.first_state());
    event_buffer events;
    std::vector<flow_step> steps;
    for (const flow_message& message : messages) {
        if (const auto fault = driver.on(message, std::nullopt, steps)) {
            check_databento(*fault);
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
    const databento_options options{.price_decimals = static_cast<unsigned>(size % 10U)};
    auto mbo = mbo_reader::from(source(data, size), options);
    std::vector<flow_message> messages;
    while (mbo) {
        const auto message = mbo->next();
        if (!message) {
            check_databento(message.error());
            break;
        }
        if (!*message) {
            break;
        }
        messages.push_back(**message);
    }
    for (const flow_mode mode : {flow_mode::changes, flow_mode::trades, flow_mode::runs}) {
        drive(messages, mode);
    }
    auto mbp = mbp_reader::from(source(data, size), options);
    while (mbp) {
        const auto row = mbp->next();
        if (!row) {
            check_databento(row.error());
            break;
        }
        if (!*row) {
            break;
        }
    }
    return 0;
}
