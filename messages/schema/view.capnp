@0xb98a8d27170bce98;
# What clients are shown: orders, portfolios, books, instruments and accounts, as they are and as they were; and the
# market as it is told. exchange.capnp says who asks for it and how, and what its numbers are: symbols and accounts by
# their numbers, prices in ticks, quantities in lots, money in minor units, times in nanoseconds since 1970 (UTC),
# numbers of 128 bits as two fields.
#
# None of this is stored, so it has no versions but those of the protocol: fields are appended, and one that a
# node does not know yet is zero. The example is the constant at the end.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bourse::rpc");

using Entry = import "entry.capnp";
using Listing = import "listing.capnp";
using Order = import "order.capnp";
using Reason = import "reason.capnp";

# --- What is

struct OpenOrder {
  # An order that is open.

  order @0 :UInt64;
  # Its id. Never zero. Since 1.

  account @1 :UInt32;
  # Whose it is. Never zero. Since 1.

  symbol @2 :UInt32;
  # Its book. Never zero. Since 1.

  side @3 :Order.Side;
  # Zero: buy. Since 1.

  priceTicks @4 :Int64;
  # Its worst price, in ticks. Zero is the price zero. Since 1.

  remainingLots @5 :Int64;
  # What is left of it, in lots. Since 1.

  filledLots @6 :Int64;
  # What has traded, in lots. Zero: nothing yet. Since 1.

  orderVersion @7 :UInt32;
  # How often it has been replaced. Zero: never. Since 1.

  clientHigh @8 :UInt64;
  # What the client calls it: the upper 8 of 16 bytes, as one number. Zero in both halves: nothing. Since 1.

  clientLow @9 :UInt64;
  # The lower 8. Since 1.
}

struct Portfolio {
  # What an account has.

  account @0 :UInt32;
  # Whose it is. Since 1.

  asOf @1 :UInt64;
  # The entry of the account's shard's log after which this was so. Since 1.

  positions @2 :List(Position);
  # What it has or had of each asset, by rising asset; a currency has bit 31 set and so stands behind the symbols.
  # Empty: never anything. Since 1.

  lastReport @3 :UInt64;
  # The number of the account's newest report. Zero: it has none yet. Since 1.
}

struct Position {
  # What an account has of one asset. Amounts are lots of a symbol and minor units of a currency.

  asset @0 :UInt32;
  # A symbol by its number, a currency by its number with bit 31 set. Never zero. Since 1.

  hasUnrealised @1 :Bool;
  # Whether there is a price to say `unrealised` by: a last trade, or a reference. Since 1.

  totalHigh @2 :Int64;
  # What it has, what is reserved included; negative: short, or in debt. The upper 64 bits. Since 1.

  totalLow @3 :UInt64;
  # The lower 64 bits. Zero in both: nothing. Since 1.

  reservedHigh @4 :Int64;
  # What its open orders may take of that. The upper 64 bits. Since 1.

  reservedLow @5 :UInt64;
  # The lower 64 bits. Zero in both: nothing. Since 1.

  availableHigh @6 :Int64;
  # What new orders may take, credit included. The upper 64 bits. Since 1.

  availableLow @7 :UInt64;
  # The lower 64 bits. Zero in both: nothing. Since 1.

  costHigh @8 :Int64;
  # Of a symbol: what the lots cost in all, in minor units of its currency; `cost / total` is their average.
  # The upper 64 bits. Since 1.

  costLow @9 :UInt64;
  # The lower 64 bits. Zero in both: nothing, or of a currency. Since 1.

  realisedHigh @10 :Int64;
  # Of a symbol: what was gained (negative: lost) with lots that are gone, in minor units. The upper 64 bits. Since 1.

  realisedLow @11 :UInt64;
  # The lower 64 bits. Zero in both: nothing. Since 1.

  unrealisedHigh @12 :Int64;
  # Of a symbol: what would be gained at the present price, in minor units. Zero unless `hasUnrealised`. The upper 64
  # bits. Since 1.

  unrealisedLow @13 :UInt64;
  # The lower 64 bits. Since 1.
}

struct Level {
  # The orders of one side at one price that are shown.

  priceTicks @0 :Int64;
  # The price, in ticks. Zero is the price zero. Since 1.

  lots @1 :Int64;
  # What they show in all, in lots. Zero, in an increment: the level is gone. Since 1.

  orders @2 :UInt32;
  # How many they are. Zero with `lots` zero. Since 1.
}

struct Book {
  # What a book shows.

  symbol @0 :UInt32;
  # Whose book. Since 1.

  number @1 :UInt64;
  # The last change of the symbol's market data that is in it. Zero: none yet. Since 1.

  state @2 :Order.MarketState;
  # Its state. Zero: closed. Since 1.

  bids @3 :List(Level);
  # The buying side, the best price first. Since 1.

  asks @4 :List(Level);
  # The selling side, the best price first. Since 1.

  hasLast @5 :Bool;
  # Whether it has ever traded. Since 1.

  hasReference @6 :Bool;
  # Whether it has a reference price. Since 1.

  lastTicks @7 :Int64;
  # The last trade's price, in ticks. Zero unless `hasLast`. Since 1.

  referenceTicks @8 :Int64;
  # The reference price, in ticks. Zero unless `hasReference`. Since 1.
}

struct Instrument {
  # Something that is traded.

  name @0 :Text;
  # What it is called: "AAPL". Since 1.

  description @1 :Text;
  # For people. Empty: nothing. Since 1.

  currency @2 :Text;
  # What it is paid in: "USD". Since 1.

  currencyDecimals @3 :UInt8;
  # How many decimals the currency's minor unit has: 2 for cents. Zero: the unit itself is the smallest. Since 1.

  tick @4 :Text;
  # What one tick is worth, in exact decimals of the currency: "0.01". Since 1.

  lot @5 :Text;
  # What one lot is, in exact decimals: "1". Since 1.

  state @6 :Order.MarketState;
  # The state of its book. Zero: closed. Since 1.

  terms @7 :Listing.Listing;
  # Its rules, fees, and numbers; `terms.rules.symbol` is its number, `terms.currency` its currency's. Since 1.
}

struct Account {
  # An account.

  name @0 :Text;
  # What it is called: "alice". Since 1.

  account @1 :UInt32;
  # Its number. Never zero. Since 1.

  kind @2 :Entry.AccountKind;
  # What it may do. Zero: cash. Since 1.
}

# --- What was

struct HistoryQuery {
  # What to look for. Each field that is not zero narrows it.

  trades @0 :Bool;
  # True: trades. False: orders. Since 1.

  account @1 :UInt32;
  # Of this account. Zero: trades of all, without whose they are; orders of all, which operators alone may ask for. Since 1.

  symbol @2 :UInt32;
  # In this symbol. Zero: in all. Since 1.

  order @3 :UInt64;
  # Of this order. Zero: of all. Of trades, only with `account`, but for an operator: whose an order is, is nobody else's to know.
  # Since 1.

  hasSide @4 :Bool;
  # Whether `side` counts. Since 1.

  side @5 :Order.Side;
  # Orders on this side; trades in which `account` was on it, or, of all accounts, whose aggressor was. Without meaning unless
  # `hasSide`. Since 1.

  state @6 :StateFilter;
  # Of orders: whether they have ended. Zero: either. Without meaning for trades. Since 1.

  fromNs @7 :Int64;
  # Not before this time. Zero: from the first. Since 1.

  untilNs @8 :Int64;
  # Before this time. Zero: no end. Since 1.

  cursor @9 :Text;
  # Where an earlier answer to the same query ended. Empty: from the newest. Since 1.

  most @10 :UInt32;
  # How many, 1 to 1,000. Zero: 100. Since 1.

  enum StateFilter {
    # Whether an order has ended.

    any @0;
    # Either. Since 1.

    open @1;
    # It has not. Since 1.

    ended @2;
    # It has. Since 1.
  }
}

struct PastOrder {
  # An order, as it last was.

  order @0 :UInt64;
  # Its id. Never zero. Since 1.

  account @1 :UInt32;
  # Whose it was. Since 1.

  symbol @2 :UInt32;
  # Its book. Since 1.

  side @3 :Order.Side;
  # Zero: buy. Since 1.

  isOpen @4 :Bool;
  # It has not ended. Since 1.

  reason @5 :Reason.Reason;
  # Why it ended, if there is a reason beside having been filled. Zero: there is none. Since 1.

  priceTicks @6 :Int64;
  # Its worst price, in ticks. Zero is the price zero. Since 1.

  lots @7 :Int64;
  # Its quantity, in lots. Since 1.

  filledLots @8 :Int64;
  # What has traded, in lots. Since 1.

  remainingLots @9 :Int64;
  # What is left, in lots. Zero: nothing. Since 1.

  clientHigh @10 :UInt64;
  # What the client called it, the upper half. Zero in both: nothing. Since 1.

  clientLow @11 :UInt64;
  # The lower half. Since 1.

  atNs @12 :Int64;
  # When it came. Since 1.

  changedNs @13 :Int64;
  # When it was last told of. Since 1.
}

struct PastTrade {
  # A trade.

  number @0 :UInt64;
  # Its number in its symbol: 1, 2, 3 … Since 1.

  symbol @1 :UInt32;
  # What was traded. Since 1.

  aggressor @2 :Order.Side;
  # The side that took; without meaning for an auction. Zero: buy. Since 1.

  priceTicks @3 :Int64;
  # At this price, in ticks. Since 1.

  lots @4 :Int64;
  # So much, in lots. Since 1.

  atNs @5 :Int64;
  # When. Since 1.

  buyer @6 :UInt32;
  # The account that bought. Zero: none that the user may see. Since 1.

  seller @7 :UInt32;
  # The account that sold. Zero: likewise. Since 1.

  buyOrder @8 :UInt64;
  # With this order. Zero: likewise. Since 1.

  sellOrder @9 :UInt64;
  # With this order. Zero: likewise. Since 1.
}

struct History {
  # What was found.

  asOf @0 :UInt64;
  # It is complete up to this entry of the log. Since 1.

  orders @1 :List(PastOrder);
  # The newest first. Empty when trades were asked for. Since 1.

  trades @2 :List(PastTrade);
  # The newest first. Empty when orders were asked for. Since 1.

  next @3 :Text;
  # The cursor for what follows. Empty: there is no more. Since 1.
}

# --- What the market does

enum MarketFeed {
  # How much of the market is told. The numbers equal those of `messages/session_message.hpp`.

  top @0;
  # The best level of each side, and the last trade. Since 1.

  depth @1;
  # Levels, as many as asked for. Since 1.

  trades @2;
  # Every trade. Since 1.

  orders @3;
  # Every order that is shown, one by one. Since 1.
}

struct MarketUpdate {
  # What a symbol's market is, or how it has changed.

  symbol @0 :UInt32;
  # Whose. Since 1.

  feed @1 :MarketFeed;
  # How much of it is told. Zero: the top. Since 1.

  isSnapshot @2 :Bool;
  # It says all: forget what was before. False: what has changed since `previous`. Since 1.

  wasConflated @3 :Bool;
  # A snapshot, since the client was too slow: what lay between was left out. Since 1.

  previous @4 :UInt64;
  # Of an increment: it follows on the update of this number. Whoever has another has missed something, and
  # subscribes anew. Zero in a snapshot. Since 1.

  number @5 :UInt64;
  # What is known with it. Zero: nothing has happened yet. Since 1.

  state @6 :Order.MarketState;
  # The state of the book. Zero: closed. Since 1.

  atNs @7 :Int64;
  # When it was so. Since 1.

  bids @8 :List(Level);
  # Of `top` and `depth`: all levels (snapshot), or those that changed. The best first. Since 1.

  asks @9 :List(Level);
  # Likewise, the selling side. Since 1.

  trades @10 :List(Trade);
  # Trades, the oldest first: of `top` the last one alone. None in a snapshot. Since 1.

  orders @11 :List(ShownOrder);
  # Of `orders`: all that are shown, as they would trade (snapshot), or those that changed and perhaps some others. Since 1.
}

struct Trade {
  # A trade, as everybody is told of it.

  number @0 :UInt64;
  # Its number in its symbol: 1, 2, 3 … without a gap. Since 1.

  priceTicks @1 :Int64;
  # At this price, in ticks. Since 1.

  lots @2 :Int64;
  # So much, in lots. Since 1.

  atNs @3 :Int64;
  # When. Since 1.

  aggressor @4 :Order.Side;
  # The side that took; without meaning in an auction. Zero: buy. Since 1.

  inAuction @5 :Bool;
  # It was made in a call auction. Since 1.
}

struct ShownOrder {
  # An order, as everybody is told of it.

  order @0 :UInt64;
  # Its id. Since 1.

  side @1 :Order.Side;
  # Zero: buy. Since 1.

  priceTicks @2 :Int64;
  # Its price, in ticks. Since 1.

  lots @3 :Int64;
  # What it shows, in lots. Zero: it is gone. Since 1.
}

const exampleUpdate :MarketUpdate = (
  symbol = 5, feed = depth, previous = 16, number = 17, state = open, atNs = 1767258000000000000,
  bids = [(priceTicks = 58533, lots = 300, orders = 2), (priceTicks = 58531)]);
# In symbol 5, 300 lots in two orders are now bid at 58,533 ticks, and none at 58,531; all else is as in update 16.
