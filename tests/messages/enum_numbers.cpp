// Which numbers the codecs take for each enumeration, and what they say of others; and that the
// schemas and the headers mean the same by them.

#include <capnp/schema.h>
#include <doctest/doctest.h>

#include <initializer_list>
#include <string>

#include "changed_sample.hpp"
#include "messages/known_numbers.hpp"
#include "messages/schema/book.capnp.h"
#include "messages/schema/command.capnp.h"
#include "messages/schema/entry.capnp.h"
#include "messages/schema/event.capnp.h"
#include "messages/schema/order.capnp.h"
#include "messages/schema/reason.capnp.h"
#include "messages/schema/report.capnp.h"
#include "messages/schema/shard.capnp.h"

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
std::string schema_name(capnp::EnumSchema schema, std::size_t number) {
    const auto every = schema.getEnumerants();
    for (const auto enumerant : every) {
        if (enumerant.getOrdinal() == number) {
            const std::string name = snake_case(enumerant.getProto().getName().cStr());
            return name.starts_with("reserved") ? std::string() : name;
        }
    }
    return {};
}

void check_same_numbers(const known_numbers& known, capnp::EnumSchema schema) {
    CAPTURE(known.word);
    for (unsigned number = 0; number < 1'000; ++number) {
        CAPTURE(number);
        const bool is_taken = known.contains(static_cast<std::uint16_t>(number));
        CHECK(is_taken == !schema_name(schema, number).empty());
    }
}

template <typename Enum, typename SchemaEnum>
void check_same_numbers() {
    check_same_numbers(numbers_of<Enum>, capnp::Schema::from<SchemaEnum>());
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
        const std::string name = schema_name(capnp::Schema::from<schema::Reason>(), number);
        const std::string_view text = to_string(static_cast<reason>(number));
        CHECK(text == (name.empty() ? "unknown_reason" : name));
    }
}

TEST_CASE("every event kind has the same name in the schema, in C++ and as text") {
    for (unsigned number = 0; number < 256; ++number) {
        CAPTURE(number);
        const std::string name = schema_name(capnp::Schema::from<schema::EventKind>(), number);
        const std::string_view text = to_string(static_cast<event_kind>(number));
        CHECK(text == (name.empty() ? "unknown_kind" : name));
    }
}

void check_name(capnp::EnumSchema schema, std::size_t number, const std::string& expected) {
    CAPTURE(number);
    CHECK(schema_name(schema, number) == expected);
}

/// An enumerator of a header by name, so that a number that was given to another name is seen.
template <typename Enum>
struct named_enumerator {
    Enum value;
    const char* name;
};

template <typename SchemaEnum, typename Enum>
void check_names(std::initializer_list<named_enumerator<Enum>> enumerators) {
    for (const named_enumerator<Enum>& each : enumerators) {
        check_name(capnp::Schema::from<SchemaEnum>(), static_cast<std::size_t>(each.value),
                   each.name);
    }
}

TEST_CASE("the enumerators of order terms have the names of the schema") {
    check_names<schema::Side, side>({{side::buy, "buy"}, {side::sell, "sell"}});
    check_names<schema::OrderType, order_type>({{order_type::limit, "limit"},
                                                {order_type::market, "market"},
                                                {order_type::stop, "stop"},
                                                {order_type::stop_limit, "stop_limit"},
                                                {order_type::trailing_stop, "trailing_stop"},
                                                {order_type::primary_peg, "primary_peg"},
                                                {order_type::mid_peg, "mid_peg"}});
    check_names<schema::TimeInForce, time_in_force>(
        {{time_in_force::day, "day"},
         {time_in_force::good_till_cancelled, "good_till_cancelled"},
         {time_in_force::good_till_date, "good_till_date"},
         {time_in_force::immediate_or_cancel, "immediate_or_cancel"},
         {time_in_force::fill_or_kill, "fill_or_kill"},
         {time_in_force::at_the_open, "at_the_open"},
         {time_in_force::at_the_close, "at_the_close"}});
    check_names<schema::SelfTradePrevention, self_trade_prevention>(
        {{self_trade_prevention::none, "none"},
         {self_trade_prevention::cancel_newest, "cancel_newest"},
         {self_trade_prevention::cancel_oldest, "cancel_oldest"},
         {self_trade_prevention::cancel_both, "cancel_both"},
         {self_trade_prevention::decrement, "decrement"}});
    check_names<schema::GroupRole, group_role>(
        {{group_role::none, "none"},
         {group_role::one_cancels_other, "one_cancels_other"},
         {group_role::entry, "entry"},
         {group_role::exit, "exit"}});
}

TEST_CASE("the enumerators of books, commands and events have the names of the schema") {
    check_names<schema::MarketState, market_state>({{market_state::closed, "closed"},
                                                    {market_state::pre_open, "pre_open"},
                                                    {market_state::auction, "auction"},
                                                    {market_state::open, "open"},
                                                    {market_state::halted, "halted"}});
    check_names<schema::AuctionKind, auction_kind>({{auction_kind::none, "none"},
                                                    {auction_kind::opening, "opening"},
                                                    {auction_kind::closing, "closing"},
                                                    {auction_kind::reopening, "reopening"},
                                                    {auction_kind::volatility, "volatility"}});
    check_names<schema::OrderPlace, order_place>({{order_place::queue, "queue"},
                                                  {order_place::hidden, "hidden"},
                                                  {order_place::waiting, "waiting"},
                                                  {order_place::parked, "parked"},
                                                  {order_place::held, "held"},
                                                  {order_place::pending, "pending"}});
    check_names<schema::SideFilter, side_filter>(
        {{side_filter::both, "both"}, {side_filter::buy, "buy"}, {side_filter::sell, "sell"}});
    check_names<schema::EventKind, event_kind>({{event_kind::none, "none"},
                                                {event_kind::accepted, "accepted"},
                                                {event_kind::rejected, "rejected"},
                                                {event_kind::replaced, "replaced"},
                                                {event_kind::replace_rejected, "replace_rejected"},
                                                {event_kind::cancel_rejected, "cancel_rejected"},
                                                {event_kind::command_rejected, "command_rejected"},
                                                {event_kind::fill, "fill"},
                                                {event_kind::cancelled, "cancelled"},
                                                {event_kind::reduced, "reduced"},
                                                {event_kind::triggered, "triggered"},
                                                {event_kind::activated, "activated"},
                                                {event_kind::refilled, "refilled"},
                                                {event_kind::prevented, "prevented"},
                                                {event_kind::state_changed, "state_changed"},
                                                {event_kind::uncrossed, "uncrossed"},
                                                {event_kind::reference_set, "reference_set"},
                                                {event_kind::repeated, "repeated"},
                                                {event_kind::command_refused, "command_refused"},
                                                {event_kind::account_changed, "account_changed"},
                                                {event_kind::adjusted, "adjusted"},
                                                {event_kind::command_done, "command_done"}});
}

TEST_CASE("the enumerators of accounts, limits and ledger lines have the names of the schema") {
    check_names<schema::AccountKind, account_kind>(
        {{account_kind::cash, "cash"}, {account_kind::house, "house"}});
    check_names<schema::LimitKind, limit_kind>(
        {{limit_kind::credit_line, "credit_line"},
         {limit_kind::max_order_quantity, "max_order_quantity"},
         {limit_kind::max_order_value, "max_order_value"},
         {limit_kind::max_open_orders, "max_open_orders"},
         {limit_kind::max_position, "max_position"},
         {limit_kind::max_turnover, "max_turnover"},
         {limit_kind::fat_finger_bps, "fat_finger_bps"}});
    check_names<schema::LineKind, line_kind>({{line_kind::none, "none"},
                                              {line_kind::trade, "trade"},
                                              {line_kind::fee, "fee"},
                                              {line_kind::clearing, "clearing"},
                                              {line_kind::deposit, "deposit"},
                                              {line_kind::withdrawal, "withdrawal"},
                                              {line_kind::transfer, "transfer"},
                                              {line_kind::split, "split"},
                                              {line_kind::dividend, "dividend"}});
}

template <typename SchemaEnum>
SchemaEnum number(unsigned value) {
    return static_cast<SchemaEnum>(value);
}

TEST_CASE("a number that a new order's enumerations do not know is refused by place and range") {
    check_refused<schema::Command>(
        errc::out_of_range,
        {{[](auto command) { command.getNewOrder().setSide(number<schema::Side>(9)); },
          "command.newOrder.side: 9 is not a side (0..1)"},
         {[](auto command) { command.getNewOrder().setType(number<schema::OrderType>(7)); },
          "command.newOrder.type: 7 is not an order type (0..6)"},
         {[](auto command) {
              command.getNewOrder().setTimeInForce(number<schema::TimeInForce>(65'535));
          },
          "command.newOrder.timeInForce: 65535 is not a time in force (0..6)"},
         {[](auto command) {
              command.getNewOrder().setSelfTrade(number<schema::SelfTradePrevention>(5));
          },
          "command.newOrder.selfTrade: 5 is not a self-trade prevention mode (0..4)"},
         // 256 would be 0 if it were cut to the byte of the C++ enumeration.
         {[](auto command) { command.getNewOrder().setRole(number<schema::GroupRole>(256)); },
          "command.newOrder.role: 256 is not a group role (0..3)"}});
}

TEST_CASE("a number that other commands' enumerations do not know is refused by place and range") {
    check_refused<schema::CommandBatch>(
        errc::out_of_range,
        {{[](auto batch) { batch.getCommands()[0].getNewOrder().setSide(number<schema::Side>(2)); },
          "command[0].newOrder.side: 2 is not a side (0..1)"},
         {[](auto batch) {
              batch.getCommands()[3].getMassCancel().setSides(number<schema::SideFilter>(3));
          },
          "command[3].massCancel.sides: 3 is not a side filter (0..2)"},
         {[](auto batch) {
              batch.getCommands()[4].getSetState().setState(number<schema::MarketState>(5));
          },
          "command[4].setState.state: 5 is not a market state (0..4)"},
         {[](auto batch) {
              batch.getCommands()[4].getSetState().setAuction(number<schema::AuctionKind>(5));
          },
          "command[4].setState.auction: 5 is not an auction kind (0..4)"},
         {[](auto batch) {
              batch.getCommands()[4].getSetState().setNext(number<schema::MarketState>(6));
          },
          "command[4].setState.next: 6 is not a market state (0..4)"}});
}

TEST_CASE("a number that an event's enumerations do not know is refused by place and range") {
    check_refused<schema::Event>(
        errc::out_of_range,
        {{[](auto event) { event.setKind(schema::EventKind::RESERVED9); },
          "event.kind: 9 is not an event kind (0..6, 10..16, 20..22, 30..34)"}});
    check_refused<schema::EventBatch>(
        errc::out_of_range,
        {{[](auto batch) { batch.getEvents()[1].setSide(number<schema::Side>(3)); },
          "event[1].side: 3 is not a side (0..1)"},
         {[](auto batch) { batch.getEvents()[1].setReason(schema::Reason::RESERVED28); },
          "event[1].reason: 28 is not a reason (0..27, 40..47, 60..62, 100..130, 140..142)"}});
}

TEST_CASE("a number that a row's enumerations do not know is refused by place and range") {
    check_refused<schema::OrderRow>(errc::out_of_range,
                                    {{[](auto row) { row.setPlace(number<schema::OrderPlace>(6)); },
                                      "orderRow.place: 6 is not an order place (0..5)"}});
    check_refused<schema::BookRow>(
        errc::out_of_range, {{[](auto row) { row.setState(number<schema::MarketState>(5)); },
                              "bookRow.state: 5 is not a market state (0..4)"},
                             {[](auto row) { row.setAuction(number<schema::AuctionKind>(5)); },
                              "bookRow.auction: 5 is not an auction kind (0..4)"},
                             {[](auto row) { row.setNext(number<schema::MarketState>(5)); },
                              "bookRow.next: 5 is not a market state (0..4)"}});
    check_refused<schema::BookRows>(
        errc::out_of_range,
        {{[](auto rows) { rows.getOrders()[1].setType(number<schema::OrderType>(8)); },
          "bookRows.orders[1].type: 8 is not an order type (0..6)"},
         {[](auto rows) { rows.getOrders()[0].setRole(number<schema::GroupRole>(4)); },
          "bookRows.orders[0].role: 4 is not a group role (0..3)"},
         {[](auto rows) { rows.getBook().setState(number<schema::MarketState>(77)); },
          "bookRows.book.state: 77 is not a market state (0..4)"}});
}

TEST_CASE(
    "a number that a shard command's enumerations do not know is refused by place and range") {
    check_refused<schema::Entry>(
        errc::out_of_range,
        {{[](auto entry) {
              entry.getCommands()[0].getSubmitOrder().getOrder().setSide(number<schema::Side>(9));
          },
          "entry.commands[0].submitOrder.order.side: 9 is not a side (0..1)"},
         {[](auto entry) {
              entry.getCommands()[3].getSubmitMassCancel().setSides(number<schema::SideFilter>(3));
          },
          "entry.commands[3].submitMassCancel.sides: 3 is not a side filter (0..2)"},
         {[](auto entry) {
              entry.getCommands()[5].getOpenAccount().setKind(number<schema::AccountKind>(2));
          },
          "entry.commands[5].openAccount.kind: 2 is not an account kind (0..1)"},
         {[](auto entry) {
              entry.getCommands()[6].getSetLimit().setKind(number<schema::LimitKind>(7));
          },
          "entry.commands[6].setLimit.kind: 7 is not a limit kind (0..6)"},
         {[](auto entry) {
              entry.getCommands()[14].getBookState().setNext(number<schema::MarketState>(5));
          },
          "entry.commands[14].bookState.next: 5 is not a market state (0..4)"},
         {[](auto entry) {
              entry.getCommands()[18].getSetCalendar().getSessions()[1].setAuction(
                  number<schema::AuctionKind>(5));
          },
          "entry.commands[18].setCalendar.sessions[1].auction: 5 is not an auction kind (0..4)"},
         {[](auto entry) {
              entry.getCommands()[22].getPutRecord().setTable(schema::RecordTable::NONE);
          },
          "entry.commands[22].putRecord.table: 0 is not a table of records (1..4)"},
         {[](auto entry) {
              entry.getCommands()[20].getChannelDelivery().getMessages()[3].getEvent().setReason(
                  schema::Reason::RESERVED99);
          },
          "entry.commands[20].channelDelivery.messages[3].event.reason: 99 is not a reason "
          "(0..27, 40..47, 60..62, 100..130, 140..142)"}});
}

TEST_CASE(
    "a number that a report's or line's enumerations do not know is refused by place and range") {
    check_refused<schema::ReportBatch>(
        errc::out_of_range,
        {{[](auto batch) { batch.getReports()[1].setKind(schema::EventKind::RESERVED29); },
          "report[1].kind: 29 is not an event kind (0..6, 10..16, 20..22, 30..34)"}});
    check_refused<schema::Report>(
        errc::out_of_range,
        {{[](auto report) { report.setReason(schema::Reason::RESERVED139); },
          "report.reason: 139 is not a reason (0..27, 40..47, 60..62, 100..130, 140..142)"},
         {[](auto report) { report.setSide(number<schema::Side>(2)); },
          "report.side: 2 is not a side (0..1)"}});
    check_refused<schema::LedgerLineBatch>(
        errc::out_of_range,
        {{[](auto batch) { batch.getLines()[0].setKind(number<schema::LineKind>(9)); },
          "ledgerLine[0].kind: 9 is not a line kind (0..8)"}});
}

TEST_CASE("a number that a shard row's enumerations do not know is refused by place and range") {
    check_refused<schema::AccountRow>(
        errc::out_of_range, {{[](auto row) { row.setKind(number<schema::AccountKind>(7)); },
                              "accountRow.kind: 7 is not an account kind (0..1)"}});
    check_refused<schema::OpenOrderRow>(
        errc::out_of_range,
        {{[](auto row) { row.setSide(number<schema::Side>(2)); },
          "openOrderRow.side: 2 is not a side (0..1)"},
         {[](auto row) { row.setRole(number<schema::GroupRole>(4)); },
          "openOrderRow.role: 4 is not a group role (0..3)"},
         {[](auto row) { row.setCause(number<schema::Reason>(143)); },
          "openOrderRow.cause: 143 is not a reason (0..27, 40..47, 60..62, 100..130, 140..142)"}});
    check_refused<schema::RememberedRow>(
        errc::out_of_range, {{[](auto row) { row.setReason(number<schema::Reason>(256)); },
                              "rememberedRow.reason: 256 is not a reason (0..27, 40..47, 60..62, "
                              "100..130, 140..142)"}});
    check_refused<schema::CalendarRow>(
        errc::out_of_range,
        {{[](auto row) { row.getSessions()[0].setState(number<schema::MarketState>(5)); },
          "calendarRow.sessions[0].state: 5 is not a market state (0..4)"}});
    check_refused<schema::RecordRow>(
        errc::out_of_range, {{[](auto row) { row.setTable(number<schema::RecordTable>(5)); },
                              "recordRow.table: 5 is not a table of records (1..4)"}});
    check_refused<schema::ShardBookRow>(
        errc::out_of_range,
        {{[](auto row) { row.getHeld().setNext(number<schema::MarketState>(6)); },
          "shardBookRow.held.next: 6 is not a market state (0..4)"},
         {[](auto row) { row.getBook().setState(number<schema::MarketState>(6)); },
          "shardBookRow.book.state: 6 is not a market state (0..4)"}});
}

}  // namespace
}  // namespace bourse
