#include "runtime/replay/databento_reader.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "source_of.hpp"

namespace bourse {
namespace {

const std::string header = "ts_event,action,side,price,size,order_id,sequence\n";
const std::string noon = "1970-01-02T12:00:00.000000007Z,";

/// All lines, or the first error's sentence.
std::pair<std::vector<flow_message>, std::string> read(const std::string& text,
                                                       databento_options options = {}) {
    auto reader = mbo_reader::from(source_of(text), options);
    if (!reader) {
        return {{}, reader.error().what};
    }
    std::vector<flow_message> messages;
    while (true) {
        const auto message = reader->next();
        if (!message) {
            return {messages, message.error().what};
        }
        if (!*message) {
            return {messages, ""};
        }
        messages.push_back(**message);
    }
}

std::string fault_of(const std::string& line, databento_options options = {}) {
    return read(header + line + "\n", options).second;
}

TEST_CASE("MBO: a line becomes a message with exact price and time") {
    const auto [messages, fault] =
        read(header + noon + "A,B,13.410000000,100,817593,42\n", {.price_decimals = 2});
    CHECK(fault == "");
    REQUIRE(messages.size() == 1);
    CHECK(messages[0] == flow_message{.action = flow_action::add,
                                      .side = side::buy,
                                      .has_side = true,
                                      .order = {817593},
                                      .price = {1341},
                                      .lots = {100},
                                      .at = {(36 * 3600) * 1'000'000'000LL + 7},
                                      .sequence = 42,
                                      .line = 2});
}

TEST_CASE("MBO: columns are found by name in any order, and others are ignored") {
    const auto [messages, fault] = read(
        "symbol,sequence,order_id,size,price,side,action,ts_event\nX,1,2,3,4.5,A,C,"
        "86400000000000\n",
        {.price_decimals = 1});
    CHECK(fault == "");
    REQUIRE(messages.size() == 1);
    CHECK(messages[0].action == flow_action::reduce);
    CHECK(messages[0].side == side::sell);
    CHECK(messages[0].price == price{45});
    CHECK(messages[0].at == timestamp{86'400'000'000'000});
}

TEST_CASE("MBO: each action is told from its letter") {
    const std::string rest = ",B,1,1,5,1\n";
    const auto [messages, fault] =
        read(header + noon + "A" + rest + noon + "C" + rest + noon + "M" + rest + noon + "F" +
             rest + noon + "R,N,,0,0,0\n" + noon + "T,N,1,1,0,1\n" + noon + "N,N,,0,0,0\n");
    CHECK(fault == "");
    std::vector<flow_action> actions;
    for (const flow_message& message : messages) {
        actions.push_back(message.action);
    }
    CHECK(actions == std::vector{flow_action::add, flow_action::reduce, flow_action::change,
                                 flow_action::fill, flow_action::clear, flow_action::trade,
                                 flow_action::nothing});
}

TEST_CASE("MBO: CRLF, a byte order mark, blank lines and a last line without an end are fine") {
    const auto [messages, fault] =
        read("\xEF\xBB\xBFts_event,action,side,price,size,order_id,sequence\r\n\r\n" + noon +
             "A,B,1.5,1,5,1\r\n" + noon + "C,B,1.5,1,5,2");
    CHECK(fault == "");
    REQUIRE(messages.size() == 2);
    CHECK(messages[1].sequence == 2);
    CHECK(messages[1].line == 4);
}

TEST_CASE("MBO: an empty file, and one with a header only") {
    CHECK(read("").second ==
          "flow.csv: is empty; it must begin with a header such as "
          "ts_event,action,side,price,size,…");
    CHECK(read("\n\n").second == read("").second);
    CHECK(read(header) == std::pair{std::vector<flow_message>{}, std::string{}});
}

TEST_CASE("MBO: a header without a column that is needed is named") {
    CHECK(read("ts_event,action,side,price,size,sequence\n").second ==
          "flow.csv: line 1: the header has no column order_id");
    CHECK(read("34200.1,1,5,18,5853300,1\n").second ==
          "flow.csv: line 1: the header has no column ts_event");
}

TEST_CASE("MBO: a fault names line, column, what is there and what would be right") {
    CHECK(fault_of(noon + "A,B,13.4x,100,5,1") ==
          "flow.csv: line 2, column 4 (price): \"13.4x\" is not a decimal number such as 13.41");
    CHECK(fault_of(noon + "A,B,,100,5,1") ==
          "flow.csv: line 2, column 4 (price): \"\" is not a decimal number such as 13.41");
    CHECK(
        fault_of(noon + "A,B,1,-5,5,1") ==
        "flow.csv: line 2, column 5 (size): \"-5\" is not a whole number from 1 to 1099511627776");
    CHECK(fault_of(noon + "A,B,1,0,5,1") ==
          "flow.csv: line 2, column 5 (size): \"0\" is not a whole number from 1 to 1099511627776");
    CHECK(fault_of(noon + "A,B,1,1.5,5,1") ==
          "flow.csv: line 2, column 5 (size): \"1.5\" is not a whole number from 1 to "
          "1099511627776");
    CHECK(fault_of(noon + "A,B,1,1,-5,1") ==
          "flow.csv: line 2, column 6 (order_id): \"-5\" is not an order id, a whole number of up "
          "to 64 bits");
    CHECK(fault_of(noon + "A,B,1,1,0,1") ==
          "flow.csv: line 2, column 6 (order_id): \"0\" is no order's id: it must be above zero");
    CHECK(fault_of(noon + "X,B,1,1,5,1") ==
          "flow.csv: line 2, column 2 (action): \"X\" is not one of the letters ACMRTFN");
    CHECK(fault_of(noon + "A,N,1,1,5,1") ==
          "flow.csv: line 2, column 3 (side): \"N\" is not one of the letters BA");
    CHECK(fault_of("noon,A,B,1,1,5,1") ==
          "flow.csv: line 2, column 1 (ts_event): \"noon\" is not a time such as "
          "2025-07-17T13:30:00.000000001Z");
}

TEST_CASE("MBO: a line that ends too early is missing its first missing column") {
    CHECK(fault_of(noon + "A,B,1") ==
          "flow.csv: line 2, column 5 (size): is missing: the line has only 4 columns");
}

TEST_CASE("MBO: a fault does not pass on letters that a terminal obeys") {
    CHECK(fault_of(noon + "\x1B[2J,B,1,1,5,1") ==
          "flow.csv: line 2, column 2 (action): \"?[2J\" is not one of the letters ACMRTFN");
}

TEST_CASE("MBO: prices are exact or refused") {
    const auto price_of = [](const std::string& text, unsigned decimals) {
        return read(header + noon + "A,B," + text + ",1,5,1\n", {.price_decimals = decimals});
    };
    CHECK(price_of("-0.05", 2).first.at(0).price == price{-5});
    CHECK(price_of("13", 2).first.at(0).price == price{1300});
    CHECK(price_of("13.", 2).first.at(0).price == price{1300});
    CHECK(price_of(".5", 2).first.at(0).price == price{50});
    CHECK(price_of("0.1000000000000", 1).first.at(0).price == price{1});
    CHECK(price_of("-9223372036.854775808", 9).first.at(0).price == price{INT64_MIN});
    const std::string place = "flow.csv: line 2, column 4 (price): ";
    CHECK(price_of("13.575", 2).second == place + "\"13.575\" has more than 2 decimals");
    CHECK(price_of("9223372036.854775808", 9).second ==
          place + "\"9223372036.854775808\" does not fit into 64 bits with 9 decimals");
    for (const char* wrong : {"-", ".", "1.2.3", "1e5", "+1", " 1", "nan", "--1"}) {
        CHECK(price_of(wrong, 2).second ==
              place + "\"" + wrong + "\" is not a decimal number such as 13.41");
    }
}

TEST_CASE("MBO: times that are none") {
    for (const char* wrong :
         {"", "2025-02-30T00:00:00Z", "2025-07-17T24:00:00Z", "2025-07-17T13:30:00",
          "2025-07-17T13:30:00.Z", "2025-07-17T13:30:00.0000000001Z", "2300-01-01T00:00:00Z", "-5",
          "2025-7-17T13:30:00Z", "99999999999999999999"}) {
        CAPTURE(wrong);
        CHECK(fault_of(std::string(wrong) + ",A,B,1,1,5,1").find("is not a time such as") !=
              std::string::npos);
    }
}

TEST_CASE("a file that is not there, or is a folder, is unreadable") {
    for (const char* path : {"/nowhere/mbo.csv", "/"}) {
        const auto reader = mbo_reader::open(path);
        REQUIRE_FALSE(reader);
        CHECK(reader.error().code == errc::unreadable);
    }
}

TEST_CASE("a line without an end is not read into memory") {
    CHECK(read(std::string(1'000'000, 'x')).second ==
          "flow.csv: line 1: is longer than 64 KiB; is this a text file?");
}

// --- MBP-10 ---------------------------------------------------------------------------------------

/// A header, and one line of which the levels are given.
std::string mbp_file(const std::vector<std::string>& levels) {
    std::string head = "ts_event,action,side,price,size,sequence";
    std::string line = noon + "A,B,1.5,100,42";
    for (std::size_t i = 0; i < 10; ++i) {
        std::string number("_0");
        number.append(std::to_string(i));
        for (const char* name : {"bid_px", "bid_sz", "bid_ct", "ask_px", "ask_sz", "ask_ct"}) {
            head.append(",").append(name).append(number);
        }
        line.append(",").append(i < levels.size() ? levels[i] : ",0,0,,0,0");
    }
    return head + "\n" + line + "\n";
}

TEST_CASE("MBP-10: a row has the levels that have a price") {
    auto reader = mbp_reader::from(source_of(mbp_file({"1.5,100,2,1.75,30,1", "1.25,7,1,,0,0"})),
                                   {.price_decimals = 2});
    REQUIRE(reader);
    const auto row = reader->next();
    REQUIRE(row);
    REQUIRE(*row);
    CHECK((*row)->depth ==
          depth_row{.bids = {{price{150}, quantity{100}, 2}, {price{125}, quantity{7}, 1}},
                    .asks = {{price{175}, quantity{30}, 1}}});
    const flow_message message{.action = flow_action::add,
                               .price = {150},
                               .lots = {100},
                               .at = (*row)->at,
                               .sequence = 42};
    CHECK(describes(**row, message));
    CHECK_FALSE(describes(**row, flow_message{}));
    CHECK_FALSE(reader->next()->has_value());
}

TEST_CASE("MBP-10: faults of levels and of the header") {
    const auto fault = [](const std::string& text) {
        auto reader = mbp_reader::from(source_of(text), {.price_decimals = 2});
        return reader ? reader->next().error().what : reader.error().what;
    };
    CHECK(fault(mbp_file({",0,0,,0,0", "1.25,7,1,,0,0"})) ==
          "flow.csv: line 2, column 13 (bid_px_01): \"1.25\" follows a level without a price: "
          "levels have no gaps");
    CHECK(fault(mbp_file({"1.5,0,0,,0,0"})) ==
          "flow.csv: line 2, column 8 (bid_sz_00): \"0\" is not a whole number from 1 to "
          "9223372036854775807");
    CHECK(fault(header) == "flow.csv: line 1: the header has no column bid_px_00");
}

}  // namespace
}  // namespace bourse
