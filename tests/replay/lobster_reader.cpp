#include "runtime/replay/lobster_reader.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "source_of.hpp"

namespace bourse {
namespace {

result<std::vector<flow_message>> read_lobster(const std::string& text,
                                               lobster_options options = {}) {
    return lobster_message_reader(source_of(text), options).read_all();
}

std::string lobster_fault(const std::string& text) {
    const auto messages = read_lobster(text);
    return messages ? "" : messages.error().what;
}

result<std::vector<depth_row>> read_book(const std::string& text) {
    return lobster_book_reader(source_of(text)).read_all();
}

TEST_CASE("LOBSTER: each type becomes what it does to a book") {
    const auto messages = read_lobster(
        "10.5,1,7,20,5000000,1\n10.5,2,7,5,5000000,1\n10.5,3,7,15,5000000,1\n"
        "10.5,4,8,1,5000100,-1\n10.5,5,0,3,5000050,-1\n10.5,6,0,3,5000050,-1\n"
        "10.5,7,0,0,-1,-1\n10.5,7,0,0,0,-1\n10.5,7,0,0,1,-1\n");
    REQUIRE(messages);
    std::vector<flow_action> actions;
    for (const flow_message& message : *messages) {
        actions.push_back(message.action);
    }
    CHECK(actions == std::vector{flow_action::add, flow_action::reduce, flow_action::reduce,
                                 flow_action::execute, flow_action::trade, flow_action::trade,
                                 flow_action::halt, flow_action::halt, flow_action::resume});
}

TEST_CASE("LOBSTER: sides are those of resting orders, and of hidden executions the aggressor's") {
    const auto messages = read_lobster("1,4,8,1,50,-1\n1,5,0,3,50,-1\n");
    REQUIRE(messages);
    CHECK((*messages)[0].side == side::sell);
    CHECK((*messages)[1].side == side::buy);
}

TEST_CASE(
    "LOBSTER: a line becomes a message; CRLF, a seventh column and no last newline are fine") {
    const auto messages =
        read_lobster("34200.004241176,1,161,18,5853300,1,null\r\n34200.1,3,161,18,5853300,1",
                     {.midnight = {1'000}});
    REQUIRE(messages);
    REQUIRE(messages->size() == 2);
    CHECK((*messages)[0] == flow_message{.action = flow_action::add,
                                         .side = side::buy,
                                         .has_side = true,
                                         .order = {161},
                                         .price = {5853300},
                                         .lots = {18},
                                         .at = {34'200'004'242'176},
                                         .sequence = 1,
                                         .line = 1});
    CHECK((*messages)[1].at == timestamp{34'200'100'001'000});
}

TEST_CASE("LOBSTER: faults of messages name line, column and what would be right") {
    CHECK(lobster_fault("") == "flow.csv: is empty; it must have at least one line");
    CHECK(lobster_fault("1,1,7,20,50\n") ==
          "flow.csv: line 1: has 5 columns, but must have 6 to 7");
    CHECK(lobster_fault("time,type,order id,size,price,direction\n") ==
          "flow.csv: line 1, column 1 (time): \"time\" is not a decimal number such as 13.41");
    CHECK(lobster_fault("1.0000000001,1,7,20,50,1\n") ==
          "flow.csv: line 1, column 1 (time): \"1.0000000001\" has more than 9 decimals");
    CHECK(lobster_fault("-1,1,7,20,50,1\n") ==
          "flow.csv: line 1, column 1 (time): \"-1\" is before midnight");
    CHECK(lobster_fault("1,1,7,20,50,1\n1,8,7,20,50,1\n") ==
          "flow.csv: line 2, column 2 (type): \"8\" is not a whole number from 1 to 7");
    CHECK(lobster_fault("1,1,0,20,50,1\n") ==
          "flow.csv: line 1, column 3 (order id): \"0\" is no order's id: it must be above zero");
    CHECK(lobster_fault("1,1,7,0,50,1\n") ==
          "flow.csv: line 1, column 4 (size): \"0\" is not a whole number from 1 to 1099511627776");
    CHECK(lobster_fault("1,1,7,20,5.5,1\n") ==
          "flow.csv: line 1, column 5 (price): \"5.5\" is not a whole number from "
          "-9223372036854775808 to 9223372036854775807");
    CHECK(lobster_fault("1,1,7,20,50,0\n") ==
          "flow.csv: line 1, column 6 (direction): \"0\" is neither 1 (buy) nor -1 (sell)");
    CHECK(lobster_fault("1,7,0,0,2,-1\n") ==
          "flow.csv: line 1, column 5 (price): \"2\" is not a whole number from -1 to 1");
}

TEST_CASE("LOBSTER: a book row has as many levels as there are") {
    const auto rows =
        read_book("11,5,10,6,12,7,-9999999999,0\n9999999999,0,10,6,9999999999,0,9,1\n");
    REQUIRE(rows);
    CHECK((*rows)[0] == depth_row{.bids = {{price{10}, quantity{6}}},
                                  .asks = {{price{11}, quantity{5}}, {price{12}, quantity{7}}},
                                  .levels = 2,
                                  .has_orders = false});
    CHECK((*rows)[1].asks.empty());
    CHECK((*rows)[1].bids.size() == 2);
}

TEST_CASE("LOBSTER: faults of book rows") {
    const auto fault = [](const std::string& text) {
        const auto rows = read_book(text);
        return rows ? std::string{} : rows.error().what;
    };
    CHECK(fault("") == "flow.csv: is empty; it must have at least one line");
    CHECK(fault("11,5,10\n") ==
          "flow.csv: line 1: has 3 columns, but must have four for each level");
    CHECK(fault("11,5,10,6\n11,5,10,6,12,7,9,1\n") ==
          "flow.csv: line 2: has 8 columns, but must have 4");
    CHECK(fault("11,5,10,x\n") ==
          "flow.csv: line 1, column 4 (bid size 1): \"x\" is not a whole number from 0 to "
          "4611686018427387904");
    CHECK(fault("11,0,10,6\n") ==
          "flow.csv: line 1, column 2 (ask size 1): \"0\" must be above zero where there is a "
          "price");
}

}  // namespace
}  // namespace bourse
