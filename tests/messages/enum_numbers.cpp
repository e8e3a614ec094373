// Which numbers the codecs take for each enumeration, and what they say of others; and that the
// schemas and the headers mean the same by them.

#include <capnp/schema.h>
#include <doctest/doctest.h>

#include <string>

#include "codec_under_test.hpp"

namespace bourse {
namespace {

/// "goodTillDate" → "good_till_date"
std::string snake_case(const std::string& camel_case) {
    std::string snake;
    for (const char letter : camel_case) {
        if (letter >= 'A' && letter <= 'Z') {
            snake += '_';
        }
        snake += letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    }
    return snake;
}

/// The schema's name of `number` in our spelling; empty if it is reserved or there is none.
template <typename SchemaEnum>
std::string schema_name(std::uint16_t number) {
    for (const auto enumerant : capnp::Schema::from<SchemaEnum>().getEnumerants()) {
        if (enumerant.getOrdinal() == number) {
            const std::string name = snake_case(enumerant.getProto().getName().cStr());
            return name.starts_with("reserved") ? std::string() : name;
        }
    }
    return {};
}

template <typename Enum, typename SchemaEnum>
void check_same_numbers() {
    for (unsigned number = 0; number < 1'000; ++number) {
        CAPTURE(number);
        const auto wire = static_cast<std::uint16_t>(number);
        CHECK(numbers_of<Enum>.contains(wire) == !schema_name<SchemaEnum>(wire).empty());
    }
}

TEST_CASE("the codecs take exactly the numbers that the schemas name") {
    check_same_numbers<side, schema::Side>();
    check_same_numbers<order_type, schema::OrderType>();
    check_same_numbers<time_in_force, schema::TimeInForce>();
    check_same_numbers<self_trade_prevention, schema::SelfTradePrevention>();
    check_same_numbers<group_role, schema::GroupRole>();
    check_same_numbers<market_state, schema::MarketState>();
    check_same_numbers<auction_kind, schema::AuctionKind>();
    check_same_numbers<side_filter, schema::SideFilter>();
    check_same_numbers<order_place, schema::OrderPlace>();
    check_same_numbers<event_kind, schema::EventKind>();
    check_same_numbers<reason, schema::Reason>();
    check_same_numbers<account_kind, schema::AccountKind>();
    check_same_numbers<limit_kind, schema::LimitKind>();
    check_same_numbers<line_kind, schema::LineKind>();
}

TEST_CASE("every reason has the same name in the schema, in C++ and as text") {
    for (unsigned number = 0; number < 256; ++number) {
        CAPTURE(number);
        const std::string name = schema_name<schema::Reason>(static_cast<std::uint16_t>(number));
        const std::string_view text = to_string(static_cast<reason>(number));
        CHECK(text == (name.empty() ? "unknown_reason" : name));
    }
}

/// The enumerators of a header by name, so that a number that was given to another name is seen.
template <typename SchemaEnum, typename Enum>
bool is_named(Enum value, const char* name) {
    return schema_name<SchemaEnum>(static_cast<std::uint16_t>(value)) == name;
}
#define CHECK_SAME_NAME(schema_enum, cpp_enum, name) \
    CHECK(is_named<schema::schema_enum>(cpp_enum::name, #name))

TEST_CASE("the enumerators of order terms have the names of the schema") {
    CHECK_SAME_NAME(Side, side, buy);
    CHECK_SAME_NAME(Side, side, sell);
    CHECK_SAME_NAME(OrderType, order_type, limit);
    CHECK_SAME_NAME(OrderType, order_type, market);
    CHECK_SAME_NAME(OrderType, order_type, stop);
    CHECK_SAME_NAME(OrderType, order_type, stop_limit);
    CHECK_SAME_NAME(OrderType, order_type, trailing_stop);
    CHECK_SAME_NAME(OrderType, order_type, primary_peg);
    CHECK_SAME_NAME(OrderType, order_type, mid_peg);
    CHECK_SAME_NAME(TimeInForce, time_in_force, day);
    CHECK_SAME_NAME(TimeInForce, time_in_force, good_till_cancelled);
    CHECK_SAME_NAME(TimeInForce, time_in_force, good_till_date);
    CHECK_SAME_NAME(TimeInForce, time_in_force, immediate_or_cancel);
    CHECK_SAME_NAME(TimeInForce, time_in_force, fill_or_kill);
    CHECK_SAME_NAME(TimeInForce, time_in_force, at_the_open);
    CHECK_SAME_NAME(TimeInForce, time_in_force, at_the_close);
    CHECK_SAME_NAME(SelfTradePrevention, self_trade_prevention, none);
    CHECK_SAME_NAME(SelfTradePrevention, self_trade_prevention, cancel_newest);
    CHECK_SAME_NAME(SelfTradePrevention, self_trade_prevention, cancel_oldest);
    CHECK_SAME_NAME(SelfTradePrevention, self_trade_prevention, cancel_both);
    CHECK_SAME_NAME(SelfTradePrevention, self_trade_prevention, decrement);
    CHECK_SAME_NAME(GroupRole, group_role, none);
    CHECK_SAME_NAME(GroupRole, group_role, one_cancels_other);
    CHECK_SAME_NAME(GroupRole, group_role, entry);
    CHECK_SAME_NAME(GroupRole, group_role, exit);
}

TEST_CASE("the enumerators of books, commands and events have the names of the schema") {
    CHECK_SAME_NAME(MarketState, market_state, closed);
    CHECK_SAME_NAME(MarketState, market_state, pre_open);
    CHECK_SAME_NAME(MarketState, market_state, auction);
    CHECK_SAME_NAME(MarketState, market_state, open);
    CHECK_SAME_NAME(MarketState, market_state, halted);
    CHECK_SAME_NAME(AuctionKind, auction_kind, none);
    CHECK_SAME_NAME(AuctionKind, auction_kind, opening);
    CHECK_SAME_NAME(AuctionKind, auction_kind, closing);
    CHECK_SAME_NAME(AuctionKind, auction_kind, reopening);
    CHECK_SAME_NAME(AuctionKind, auction_kind, volatility);
    CHECK_SAME_NAME(OrderPlace, order_place, queue);
    CHECK_SAME_NAME(OrderPlace, order_place, hidden);
    CHECK_SAME_NAME(OrderPlace, order_place, waiting);
    CHECK_SAME_NAME(OrderPlace, order_place, parked);
    CHECK_SAME_NAME(OrderPlace, order_place, held);
    CHECK_SAME_NAME(OrderPlace, order_place, pending);
    CHECK_SAME_NAME(SideFilter, side_filter, both);
    CHECK_SAME_NAME(SideFilter, side_filter, buy);
    CHECK_SAME_NAME(SideFilter, side_filter, sell);
    CHECK_SAME_NAME(EventKind, event_kind, none);
    CHECK_SAME_NAME(EventKind, event_kind, accepted);
    CHECK_SAME_NAME(EventKind, event_kind, rejected);
    CHECK_SAME_NAME(EventKind, event_kind, replaced);
    CHECK_SAME_NAME(EventKind, event_kind, replace_rejected);
    CHECK_SAME_NAME(EventKind, event_kind, cancel_rejected);
    CHECK_SAME_NAME(EventKind, event_kind, command_rejected);
    CHECK_SAME_NAME(EventKind, event_kind, fill);
    CHECK_SAME_NAME(EventKind, event_kind, cancelled);
    CHECK_SAME_NAME(EventKind, event_kind, reduced);
    CHECK_SAME_NAME(EventKind, event_kind, triggered);
    CHECK_SAME_NAME(EventKind, event_kind, activated);
    CHECK_SAME_NAME(EventKind, event_kind, refilled);
    CHECK_SAME_NAME(EventKind, event_kind, prevented);
    CHECK_SAME_NAME(EventKind, event_kind, state_changed);
    CHECK_SAME_NAME(EventKind, event_kind, uncrossed);
    CHECK_SAME_NAME(EventKind, event_kind, reference_set);
    CHECK_SAME_NAME(EventKind, event_kind, repeated);
    CHECK_SAME_NAME(EventKind, event_kind, command_refused);
    CHECK_SAME_NAME(EventKind, event_kind, account_changed);
    CHECK_SAME_NAME(EventKind, event_kind, adjusted);
    CHECK_SAME_NAME(EventKind, event_kind, command_done);
}

TEST_CASE("the enumerators of accounts, limits and ledger lines have the names of the schema") {
    CHECK_SAME_NAME(AccountKind, account_kind, cash);
    CHECK_SAME_NAME(AccountKind, account_kind, house);
    CHECK_SAME_NAME(LimitKind, limit_kind, credit_line);
    CHECK_SAME_NAME(LimitKind, limit_kind, max_order_quantity);
    CHECK_SAME_NAME(LimitKind, limit_kind, max_order_value);
    CHECK_SAME_NAME(LimitKind, limit_kind, max_open_orders);
    CHECK_SAME_NAME(LimitKind, limit_kind, max_position);
    CHECK_SAME_NAME(LimitKind, limit_kind, max_turnover);
    CHECK_SAME_NAME(LimitKind, limit_kind, fat_finger_bps);
    CHECK_SAME_NAME(LineKind, line_kind, none);
    CHECK_SAME_NAME(LineKind, line_kind, trade);
    CHECK_SAME_NAME(LineKind, line_kind, fee);
    CHECK_SAME_NAME(LineKind, line_kind, clearing);
    CHECK_SAME_NAME(LineKind, line_kind, deposit);
    CHECK_SAME_NAME(LineKind, line_kind, withdrawal);
    CHECK_SAME_NAME(LineKind, line_kind, transfer);
    CHECK_SAME_NAME(LineKind, line_kind, split);
    CHECK_SAME_NAME(LineKind, line_kind, dividend);
}

/// What is said of a sample after `change`.
template <typename Codec, typename Change>
std::string said_of(Change change) {
    const error refused = refusal<Codec>(changed_sample<Codec>(change));
    CHECK(refused.code == errc::out_of_range);
    return refused.what;
}

template <typename SchemaEnum>
SchemaEnum number(unsigned value) {
    return static_cast<SchemaEnum>(value);
}

TEST_CASE("a number that a new order's enumerations do not know is refused by place and range") {
    using codec = command_record;
    CHECK(said_of<codec>([](auto command) {
              command.getNewOrder().setSide(number<schema::Side>(9));
          }) == "command.newOrder.side: 9 is not a side (0..1)");
    CHECK(said_of<codec>([](auto command) {
              command.getNewOrder().setType(number<schema::OrderType>(7));
          }) == "command.newOrder.type: 7 is not an order type (0..6)");
    CHECK(said_of<codec>([](auto command) {
              command.getNewOrder().setTimeInForce(number<schema::TimeInForce>(65'535));
          }) == "command.newOrder.timeInForce: 65535 is not a time in force (0..6)");
    CHECK(said_of<codec>([](auto command) {
              command.getNewOrder().setSelfTrade(number<schema::SelfTradePrevention>(5));
          }) == "command.newOrder.selfTrade: 5 is not a self-trade prevention mode (0..4)");
    // 256 would be 0 if it were cut to the byte of the C++ enumeration.
    CHECK(said_of<codec>([](auto command) {
              command.getNewOrder().setRole(number<schema::GroupRole>(256));
          }) == "command.newOrder.role: 256 is not a group role (0..3)");
}

TEST_CASE("a number that other commands' enumerations do not know is refused by place and range") {
    using codec = command_batch_record;
    CHECK(said_of<codec>([](auto batch) {
              batch.getCommands()[0].getNewOrder().setSide(number<schema::Side>(2));
          }) == "command[0].newOrder.side: 2 is not a side (0..1)");
    CHECK(said_of<codec>([](auto batch) {
              batch.getCommands()[3].getMassCancel().setSides(number<schema::SideFilter>(3));
          }) == "command[3].massCancel.sides: 3 is not a side filter (0..2)");
    CHECK(said_of<codec>([](auto batch) {
              batch.getCommands()[4].getSetState().setState(number<schema::MarketState>(5));
          }) == "command[4].setState.state: 5 is not a market state (0..4)");
    CHECK(said_of<codec>([](auto batch) {
              batch.getCommands()[4].getSetState().setAuction(number<schema::AuctionKind>(5));
          }) == "command[4].setState.auction: 5 is not an auction kind (0..4)");
    CHECK(said_of<codec>([](auto batch) {
              batch.getCommands()[4].getSetState().setNext(number<schema::MarketState>(6));
          }) == "command[4].setState.next: 6 is not a market state (0..4)");
}

TEST_CASE("a number that an event's enumerations do not know is refused by place and range") {
    CHECK(said_of<event_record>([](auto event) { event.setKind(schema::EventKind::RESERVED9); }) ==
          "event.kind: 9 is not an event kind (0..6, 10..16, 20..22, 30..34)");
    CHECK(said_of<event_batch_record>([](auto batch) {
              batch.getEvents()[1].setSide(number<schema::Side>(3));
          }) == "event[1].side: 3 is not a side (0..1)");
    CHECK(said_of<event_batch_record>([](auto batch) {
              batch.getEvents()[1].setReason(schema::Reason::RESERVED28);
          }) == "event[1].reason: 28 is not a reason (0..27, 40..47, 60..62, 100..128, 140..142)");
}

TEST_CASE("a number that a row's enumerations do not know is refused by place and range") {
    CHECK(said_of<order_row_record>([](auto row) {
              row.setPlace(number<schema::OrderPlace>(6));
          }) == "orderRow.place: 6 is not an order place (0..5)");
    CHECK(said_of<book_row_record>([](auto row) {
              row.setState(number<schema::MarketState>(5));
          }) == "bookRow.state: 5 is not a market state (0..4)");
    CHECK(said_of<book_row_record>([](auto row) {
              row.setAuction(number<schema::AuctionKind>(5));
          }) == "bookRow.auction: 5 is not an auction kind (0..4)");
    CHECK(said_of<book_row_record>([](auto row) { row.setNext(number<schema::MarketState>(5)); }) ==
          "bookRow.next: 5 is not a market state (0..4)");
    CHECK(said_of<book_rows_record>([](auto rows) {
              rows.getOrders()[1].setType(number<schema::OrderType>(8));
          }) == "bookRows.orders[1].type: 8 is not an order type (0..6)");
    CHECK(said_of<book_rows_record>([](auto rows) {
              rows.getOrders()[0].setRole(number<schema::GroupRole>(4));
          }) == "bookRows.orders[0].role: 4 is not a group role (0..3)");
    CHECK(said_of<book_rows_record>([](auto rows) {
              rows.getBook().setState(number<schema::MarketState>(77));
          }) == "bookRows.book.state: 77 is not a market state (0..4)");
}

TEST_CASE(
    "a number that a shard command's enumerations do not know is refused by place and range") {
    using codec = entry_record;
    CHECK(said_of<codec>([](auto entry) {
              entry.getCommands()[0].getSubmitOrder().getOrder().setSide(number<schema::Side>(9));
          }) == "entry.commands[0].submitOrder.order.side: 9 is not a side (0..1)");
    CHECK(said_of<codec>([](auto entry) {
              entry.getCommands()[3].getSubmitMassCancel().setSides(number<schema::SideFilter>(3));
          }) == "entry.commands[3].submitMassCancel.sides: 3 is not a side filter (0..2)");
    CHECK(said_of<codec>([](auto entry) {
              entry.getCommands()[5].getOpenAccount().setKind(number<schema::AccountKind>(2));
          }) == "entry.commands[5].openAccount.kind: 2 is not an account kind (0..1)");
    CHECK(said_of<codec>([](auto entry) {
              entry.getCommands()[6].getSetLimit().setKind(number<schema::LimitKind>(7));
          }) == "entry.commands[6].setLimit.kind: 7 is not a limit kind (0..6)");
    CHECK(said_of<codec>([](auto entry) {
              entry.getCommands()[14].getBookState().setNext(number<schema::MarketState>(5));
          }) == "entry.commands[14].bookState.next: 5 is not a market state (0..4)");
    CHECK(said_of<codec>([](auto entry) {
              entry.getCommands()[18].getSetCalendar().getSessions()[1].setAuction(
                  number<schema::AuctionKind>(5));
          }) ==
          "entry.commands[18].setCalendar.sessions[1].auction: 5 is not an auction kind (0..4)");
    CHECK(said_of<codec>([](auto entry) {
              entry.getCommands()[20].getChannelDelivery().getMessages()[3].getEvent().setReason(
                  schema::Reason::RESERVED99);
          }) ==
          "entry.commands[20].channelDelivery.messages[3].event.reason: 99 is not a reason "
          "(0..27, 40..47, 60..62, 100..128, 140..142)");
}

TEST_CASE(
    "a number that a report's or line's enumerations do not know is refused by place and range") {
    CHECK(said_of<report_batch_record>([](auto batch) {
              batch.getReports()[1].setKind(schema::EventKind::RESERVED29);
          }) == "report[1].kind: 29 is not an event kind (0..6, 10..16, 20..22, 30..34)");
    CHECK(said_of<report_record>([](auto report) {
              report.setReason(schema::Reason::RESERVED139);
          }) == "report.reason: 139 is not a reason (0..27, 40..47, 60..62, 100..128, 140..142)");
    CHECK(said_of<report_record>([](auto report) { report.setSide(number<schema::Side>(2)); }) ==
          "report.side: 2 is not a side (0..1)");
    CHECK(said_of<ledger_line_batch_record>([](auto batch) {
              batch.getLines()[0].setKind(number<schema::LineKind>(9));
          }) == "ledgerLine[0].kind: 9 is not a line kind (0..8)");
}

TEST_CASE("a number that a shard row's enumerations do not know is refused by place and range") {
    CHECK(said_of<account_row_record>([](auto row) {
              row.setKind(number<schema::AccountKind>(7));
          }) == "accountRow.kind: 7 is not an account kind (0..1)");
    CHECK(said_of<open_order_row_record>([](auto row) { row.setSide(number<schema::Side>(2)); }) ==
          "openOrderRow.side: 2 is not a side (0..1)");
    CHECK(said_of<open_order_row_record>([](auto row) {
              row.setRole(number<schema::GroupRole>(4));
          }) == "openOrderRow.role: 4 is not a group role (0..3)");
    CHECK(said_of<open_order_row_record>(
              [](auto row) { row.setCause(number<schema::Reason>(143)); }) ==
          "openOrderRow.cause: 143 is not a reason (0..27, 40..47, 60..62, 100..128, 140..142)");
    CHECK(said_of<remembered_row_record>(
              [](auto row) { row.setReason(number<schema::Reason>(256)); }) ==
          "rememberedRow.reason: 256 is not a reason (0..27, 40..47, 60..62, 100..128, 140..142)");
    CHECK(said_of<calendar_row_record>([](auto row) {
              row.getSessions()[0].setState(number<schema::MarketState>(5));
          }) == "calendarRow.sessions[0].state: 5 is not a market state (0..4)");
    CHECK(said_of<shard_book_row_record>([](auto row) {
              row.getHeld().setNext(number<schema::MarketState>(6));
          }) == "shardBookRow.held.next: 6 is not a market state (0..4)");
    CHECK(said_of<shard_book_row_record>([](auto row) {
              row.getBook().setState(number<schema::MarketState>(6));
          }) == "shardBookRow.book.state: 6 is not a market state (0..4)");
}

}  // namespace
}  // namespace bourse
