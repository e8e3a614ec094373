@0xa98b657d40c55ec6;
# A book's whole state as rows: what a checkpoint stores, and what a book is restored from.
#
# One `BookRow` says what is true of the book as a whole, one `OrderRow` what is known of each live
# order, one `GroupRow` of each group of linked orders. Two books with the same rows behave alike for
# ever: there is nothing else. A checkpoint stores each row under its id, so that only those that
# changed are written; `BookRows` holds a whole book in one message, orders and groups by rising id.
#
# How orders and groups hang together: a group names its members by id, and each member names the
# group; a member that ended is in neither. An order's place says which of its fields matter: a shown
# part only in the queue, a stop price only until it is triggered. Priorities come from one counter of
# the book, whose next value the `BookRow` holds, so that time goes on where it stood.
#
# A reader refuses what cannot be represented (as in command.capnp: versions, enumeration numbers,
# missing bodies). Rows that contradict each other, such as an id twice or a group without its
# members, are refused when a book is restored from them.
#
# Versions, framing and units are as in command.capnp. The example is the constant at the end.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bourse::schema");

using Order = import "order.capnp";
using Instrument = import "instrument.capnp";

enum OrderPlace {
  # Where a live order is; it is in exactly one place. RULES.md 1.4.

  queue @0;
  # Displayed, by price and priority. Since 1.

  hidden @1;
  # Not displayed: pegged and conditional orders. Since 1.

  waiting @2;
  # A stop that has not been triggered. Since 1.

  parked @3;
  # An at-the-close order before the closing auction. Since 1.

  held @4;
  # A member of a group that does not act yet. Since 1.

  pending @5;
  # A triggered stop, or an activated exit, that waits for its turn. Since 1.
}

struct OrderRow {
  # One live order: what it was told to be, and how it stands.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  side @1 :Order.Side;
  # Buy (0) or sell (1). Since 1.

  type @2 :Order.OrderType;
  # What the order does. Zero: limit. Since 1.

  timeInForce @3 :Order.TimeInForce;
  # How long it lives. Zero: day. Since 1.

  selfTrade @4 :Order.SelfTradePrevention;
  # What happens, if it is the aggressor, instead of a trade with its own owner. Zero: they trade.
  # Since 1.

  role @5 :Order.GroupRole;
  # Its part in its group. Zero: it is in none. Since 1.

  place @6 :OrderPlace;
  # Where it is. Zero: in its queue, at its worst price. Since 1.

  postOnly @7 :Bool;
  # It must not trade when it enters; refused or cancelled with `wouldTake` instead. False: it may
  # take. Since 1.

  allOrNone @8 :Bool;
  # It trades all of it at once or not at all; hidden while it waits. False: parts are welcome.
  # Since 1.

  triggered @9 :Bool;
  # It is a stop that has met its condition, and acts as its type says from then on. False: it has
  # not, or is no stop. Since 1.

  hasStopPrice @10 :Bool;
  # Whether `stopPriceTicks` counts. False also for a trailing stop that has not entered yet.
  # Since 1.

  account @11 :UInt32;
  # Whose order it is. Zero: no account. Since 1.

  tradeGroup @12 :UInt32;
  # Its account's trade group for self-trade prevention. Zero: none. Since 1.

  orderVersion @13 :UInt32;
  # How often it has been replaced. Zero: never. Since 1.

  id @14 :UInt64;
  # Its id, unique in the book; never zero in a book. Since 1.

  priority @15 :UInt64;
  # Its place in time: lower is earlier; unique in the book, below the book's `nextPriority`. Zero is
  # never given. Since 1.

  priceTicks @16 :Int64;
  # Its worst price, in ticks; any value. Zero is the price zero. Since 1.

  remainingLots @17 :Int64;
  # What it may still trade, in lots: 1 to 2^40. Zero never occurs in a book. Since 1.

  filledLots @18 :Int64;
  # What it has traded, in lots: 0 to 2^40; its total quantity is this and what remains. Zero: it has
  # not traded. Since 1.

  shownLots @19 :Int64;
  # In the queue: how much of what remains is displayed, in lots. Zero elsewhere. Since 1.

  stopPriceTicks @20 :Int64;
  # The trade price, in ticks, at which it wakes up. Zero is the price zero. Without meaning unless
  # `hasStopPrice`. Since 1.

  offsetTicks @21 :Int64;
  # Distance of a trailing stop, offset of a peg, in ticks. Zero for all other types. Since 1.

  displayLots @22 :Int64;
  # Of an iceberg what is shown at a time, in lots. Zero: all of it. Since 1.

  minimumLots @23 :Int64;
  # The first fill, in one go, is at least this, in lots. Zero: any. Since 1.

  expiresAtNs @24 :Int64;
  # When a good-till-date order ends, in nanoseconds since 1970 (UTC). Zero: not by date. Since 1.

  group @25 :UInt64;
  # Its group. Zero: none. Since 1.
}

struct GroupRow {
  # One group of linked orders. RULES.md, section 9.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  size @1 :UInt8;
  # How many members it has when complete: 2 to 8. Zero never occurs in a book. Since 1.

  complete @2 :Bool;
  # All members have been accepted. False: it is still assembling. Since 1.

  account @3 :UInt32;
  # Whose group it is. Zero: no account. Since 1.

  id @4 :UInt64;
  # Its id, unique in the book while it lives; never zero in a book. Since 1.

  members @5 :List(UInt64);
  # The ids of its live members, in order of acceptance. Never empty in a book. Since 1.
}

struct BookRow {
  # Everything about a book that is neither an order nor a group.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  state @1 :Order.MarketState;
  # The state it is in. Zero: closed. Since 1.

  auction @2 :Order.AuctionKind;
  # The auction it holds; not zero exactly when `state` is auction. Zero: none. Since 1.

  next @3 :Order.MarketState;
  # The state that follows at `untilNs`. Zero: closed. Since 1.

  hasLastPrice @4 :Bool;
  # Whether `lastPriceTicks` counts: something has traded. Since 1.

  hasReferencePrice @5 :Bool;
  # Whether `referencePriceTicks` counts: it was set by command or by an auction, and not cleared
  # since. Since 1.

  rules @6 :Instrument.Instrument;
  # Its instrument, with a version of its own. A null pointer is refused. Since 1.

  nowNs @7 :Int64;
  # The time of the last entry, in nanoseconds since 1970 (UTC). Zero: there was none. Since 1.

  untilNs @8 :Int64;
  # When the state ends by itself, in nanoseconds since 1970 (UTC). Zero: it does not. Since 1.

  lastPriceTicks @9 :Int64;
  # The price of the last trade, in ticks. Zero is the price zero. Since 1.

  referencePriceTicks @10 :Int64;
  # The reference price, in ticks. Zero is the price zero. Since 1.

  nextPriority @11 :UInt64;
  # The priority that is given next; 1 in a new book, zero never. Since 1.

  nextTrade @12 :UInt64;
  # The trade number that is given next; 1 in a new book, zero never. Since 1.

  statistics :group {
    # What has traded since the book last left closed. RULES.md 12.5.

    trades @13 :UInt64;
    # How many trades. Zero: none, and then the four prices mean nothing. Since 1.

    lots @14 :UInt64;
    # How many lots have traded, each trade counted once. Zero: none. Since 1.

    turnoverHigh @15 :Int64;
    # The sum of price × lots in tick-lots is turnoverHigh × 2^64 + turnoverLow: a number of 128
    # bits in two's complement, of which this is the upper half, with the sign. Since 1.

    turnoverLow @16 :UInt64;
    # The lower half of the sum, without a sign. Example: a turnover of -30 is turnoverHigh -1 and
    # turnoverLow 2^64 - 30. Since 1.

    firstTicks @17 :Int64;
    # The price of the first trade, in ticks. Zero is the price zero. Since 1.

    highTicks @18 :Int64;
    # The highest price of a trade, in ticks. Zero is the price zero. Since 1.

    lowTicks @19 :Int64;
    # The lowest price of a trade, in ticks. Zero is the price zero. Since 1.

    lastTicks @20 :Int64;
    # The price of the last trade, in ticks. Zero is the price zero. Since 1.
  }
}

struct BookRows {
  # A whole book in one message.

  version @0 :UInt16;
  # The version of this list form: 1. Zero is refused. Each row carries its own as well. Since 1.

  book @1 :BookRow;
  # The book's own row. A null pointer is refused. Since 1.

  orders @2 :List(OrderRow);
  # The live orders, by rising id. Empty: none. Since 1.

  groups @3 :List(GroupRow);
  # The groups, by rising id. Empty: none. Since 1.
}

const exampleBook :BookRows = (
  version = 1,
  book = (
    version = 1, state = open, next = open, hasLastPrice = true, nowNs = 1767258000000000000,
    lastPriceTicks = -3, nextPriority = 3, nextTrade = 2,
    rules = (version = 1, symbol = 5, maxOrders = 1000, maxHiddenOrders = 10, lot = 1,
             ticks = [(fromTicks = 0, tickTicks = 1)]),
    statistics = (trades = 1, lots = 10, turnoverHigh = -1, turnoverLow = 0xffffffffffffffe2,
                  firstTicks = -3, highTicks = -3, lowTicks = -3, lastTicks = -3)),
  orders = [
    (version = 1, id = 7001, account = 42, side = buy, timeInForce = goodTillCancelled,
     role = oneCancelsOther, group = 9, place = queue, priority = 1,
     priceTicks = -4, remainingLots = 8, shownLots = 8),
    (version = 1, id = 7002, account = 42, side = buy, type = stop, role = oneCancelsOther,
     group = 9, place = waiting, priority = 2, hasStopPrice = true, stopPriceTicks = 2,
     priceTicks = 5, remainingLots = 8)],
  groups = [(version = 1, id = 9, account = 42, size = 2, complete = true, members = [7001, 7002])]);
# An open book with prices below zero: 10 lots have traded at -3 ticks, a turnover of -30 tick-lots,
# and account 42 bids -4 for 8 lots or, should something trade at 2 or above, buys them up to 5.
