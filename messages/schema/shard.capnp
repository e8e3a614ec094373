@0xf8aea2606fb9f9af;
# A shard's whole state as rows: what a checkpoint stores, and what a shard is restored from.
#
# Each row is a message of its own, stored under a key that says what kind of row it is and whose, so that
# a checkpoint writes only those that changed. Keys are made so that their order by bytes is the order by
# kind and number (messages/row_key.hpp). A value repeats what its key says wherever its record has a
# field for it, and a reader refuses a row that lies under another's key.
#
#     kind of row       record                          key, behind the kind
#     shard             ShardRow                        nothing: there is one
#     account           AccountRow                      account
#     risk group        RiskGroupRow                    group
#     position          PositionRow                     of group or not, holder, asset
#     open order        OpenOrderRow                    order
#     order group       OrderGroupRow                   account, group
#     remembered        RememberedRow                   sequence
#     lease             LeaseRow                        lease
#     listing           ListingRow                      symbol
#     calendar          CalendarRow                     calendar
#     book              ShardBookRow                    symbol
#     book order        OrderRow, of book.capnp         symbol, order
#     book group        GroupRow, of book.capnp         symbol, group
#     channel           ChannelRow                      shard
#     channel value     ChannelValueRow                 shard, asset
#     outbox message    ChannelMessage, of channel.capnp   shard, number
#     record            RecordRow                       number
#
# Two shards with the same rows behave alike for ever: there is nothing else. What follows from other rows
# (what is reserved, open lots, a risk group's totals) is not stored but made anew.
#
# A reader refuses what cannot be represented (as in command.capnp: versions, enumeration numbers,
# missing bodies). Rows that contradict each other are refused when a shard is restored from them.
#
# Numbers of 128 bits are two fields: xHigh × 2^64 + xLow in two's complement, the upper half with the
# sign. Example: -30 is high -1 and low 2^64 - 30.
#
# Versions, framing and units are as in command.capnp, assets as in entry.capnp. The examples are the
# constants at the end.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bourse::schema");

using Book = import "book.capnp";
using Entry = import "entry.capnp";
using Listing = import "listing.capnp";
using Order = import "order.capnp";
using Reason = import "reason.capnp";

struct ShardRow {
  # Everything about a shard that has no row of its own.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  id @1 :UInt16;
  # The shard: 1 to 32,767. Zero never occurs. Since 1.

  rules @2 :UInt32;
  # The version of the rules that it applies: 1. Zero never occurs. Since 1.

  maxOutbox @3 :UInt32;
  # How many messages may wait for one other shard; at least 8. Since 1.

  maxOpenOrders @4 :UInt32;
  # How many orders may be open in its ledger. Zero: none. Since 1.

  marketHalted @5 :Bool;
  # The market-wide halt is on. Since 1.

  index @6 :UInt64;
  # The index of the last entry. Zero: there was none. Since 1.

  nowNs @7 :Int64;
  # The time of the last entry, in nanoseconds since 1970 (UTC). Zero: there was none. Since 1.

  horizonNs @8 :Int64;
  # How long client ids are remembered, in nanoseconds. Zero: not beyond their moment. Since 1.

  lastOrder @9 :UInt64;
  # The lower 48 bits of the newest order id. Zero: there was no order. Since 1.

  lastRemembered @10 :UInt64;
  # The newest `sequence` of a remembered row. Zero: there was none. Since 1.

  ledgerDigest @11 :UInt64;
  # The digest of all reports and ledger lines; any value. Zero is a digest like others. Since 1.
}

struct AccountRow {
  # One account. Ledger RULES, section 2.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  kind @1 :Entry.AccountKind;
  # What it may do. Zero: cash. Since 1.

  tier @2 :UInt8;
  # Which of the tiers of fees counts for it: 0 to 7. Zero is the first tier. Since 1.

  blocked @3 :Bool;
  # Its kill switch is on. Since 1.

  id @4 :UInt32;
  # Its id: 1 to 2^31 - 1. Zero never occurs. Since 1.

  tradeGroup @5 :UInt32;
  # Its trade group. Zero: none. Since 1.

  riskGroup @6 :UInt32;
  # Its risk group. Zero: none. Since 1.

  lastReport @7 :UInt64;
  # The number of its newest report. Zero: there was none. Since 1.

  maxOpenOrders @8 :Int64;
  # Its limit of open orders, 0 or more. Zero: no limit. Since 1.

  fatFingerBps @9 :Int64;
  # Its limit of prices, in 1/10,000 of the reference price, 0 or more. Zero: no limit. Since 1.
}

struct RiskGroupRow {
  # The limits of a risk group that are about no asset. There once one is set.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  id @1 :UInt32;
  # The group: 1 to 2^31 - 1. Zero never occurs. Since 1.

  maxOpenOrders @2 :Int64;
  # Its limit of open orders, 0 or more. Zero: no limit. Since 1.

  fatFingerBps @3 :Int64;
  # Its limit of prices, in 1/10,000 of the reference price, 0 or more. Zero: no limit. Since 1.
}

struct PositionRow {
  # What one holder has of one asset, and its limits there; or the limits and the turnover of a risk
  # group, of which only these mean something.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  ofGroup @1 :Bool;
  # The holder is a risk group. False: an account, or a book of account. Since 1.

  holder @2 :UInt32;
  # Who: as in `LedgerLine`, or a risk group's number. Zero never occurs. Since 1.

  asset @3 :UInt32;
  # Of what. Zero never occurs. Since 1.

  credit @4 :Int64;
  # How far below zero it may go, in the asset's unit, 0 or more. Zero: not at all. Since 1.

  maxOrder @5 :Int64;
  # Of a symbol maxOrderQuantity, of a currency maxOrderValue; 0 or more. Zero: no limit. Since 1.

  maxTotal @6 :Int64;
  # Of a symbol maxPosition, of a currency maxTurnover; 0 or more. Zero: no limit. Since 1.

  turnoverDay @7 :Int64;
  # The day that `turnover` is of, in days since 1970 (UTC). Zero if there is no turnover. Since 1.

  totalHigh @8 :Int64;
  # What it has, in lots or minor units: the upper 64 bits of 128. Since 1.

  totalLow @9 :UInt64;
  # The lower 64 bits of that. Zero in both: nothing. Since 1.

  costHigh @10 :Int64;
  # Of a symbol: what its lots cost, in minor units: the upper 64 bits. Since 1.

  costLow @11 :UInt64;
  # The lower 64 bits of that. Zero in both: nothing. Since 1.

  realisedHigh @12 :Int64;
  # Of a symbol: its realised profit, in minor units: the upper 64 bits. Since 1.

  realisedLow @13 :UInt64;
  # The lower 64 bits of that. Zero in both: nothing. Since 1.

  turnoverHigh @14 :Int64;
  # Of a currency: |value| traded on `turnoverDay`, in minor units: the upper 64 bits. Since 1.

  turnoverLow @15 :UInt64;
  # The lower 64 bits of that. Zero in both: nothing. Since 1.
}

struct PendingReplace {
  # A replace that was passed on and has not been answered.

  setPrice @0 :Bool;
  # Whether `priceTicks` counts. Since 1.

  setQuantity @1 :Bool;
  # Whether `quantityLots` counts. Since 1.

  priceTicks @2 :Int64;
  # The new worst price, in ticks. Zero is the price zero. Since 1.

  quantityLots @3 :Int64;
  # The new total, in lots: 1 to 2^40. Zero if not set. Since 1.

  clientHigh @4 :UInt64;
  # The client id of the replace, its upper half as in entry.capnp. Zero in both: none. Since 1.

  clientLow @5 :UInt64;
  # Its lower half. Since 1.
}

struct OpenOrderRow {
  # An order as its account's ledger knows it, from its admission to its final answer.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  side @1 :Order.Side;
  # Buy (0) or sell (1). Since 1.

  role @2 :Order.GroupRole;
  # Its part in its group. Zero: none. Since 1.

  cause @3 :Reason.Reason;
  # Why a cancel of it is under way. Zero: none is. Since 1.

  tier @4 :UInt8;
  # The tier of fees that counts for it: 0 to 7. Zero is the first tier. Since 1.

  reduceOnly @5 :Bool;
  # It may only shrink the position. Since 1.

  account @6 :UInt32;
  # Whose it is. Zero never occurs. Since 1.

  symbol @7 :UInt32;
  # In which book. Zero never occurs. Since 1.

  orderVersion @8 :UInt32;
  # How often it has been replaced. Zero: never. Since 1.

  residue @9 :UInt32;
  # What it was charged beyond what is exact, in 1/1,000,000 of a minor unit: 0 to 999,999 (ledger RULES
  # 1.5). Since 1.

  id @10 :UInt64;
  # Its id. Zero never occurs. Since 1.

  priceTicks @11 :Int64;
  # Its worst price, in ticks. Zero is the price zero. Since 1.

  remainingLots @12 :Int64;
  # What it may still trade, in lots: 1 to 2^40. Since 1.

  filledLots @13 :Int64;
  # What it has traded, in lots. Zero: nothing. Since 1.

  lease @14 :UInt64;
  # The lease that it was given with. Zero: none. Since 1.

  group @15 :UInt64;
  # Its group, as the client called it. Zero: none; it counts by itself. Since 1.

  clientHigh @16 :UInt64;
  # Its client id, the upper half. Zero in both: none. Since 1.

  clientLow @17 :UInt64;
  # Its lower half. Since 1.

  pending @18 :List(PendingReplace);
  # The replaces that have not been answered, the oldest first: up to 4. Empty: none. Since 1.
}

struct OrderGroupRow {
  # A group as the ledger knows it. Ledger RULES, section 6.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  size @1 :UInt8;
  # How many members it is to have: 2 to 8. Since 1.

  admitted @2 :UInt8;
  # How many it ever had: 1 to 8. Since 1.

  broken @3 :Bool;
  # A member ended while it was assembling. Since 1.

  hasExit @4 :Bool;
  # An exit was ever admitted. Since 1.

  entryDone @5 :Bool;
  # Its entry ended by a fill with nothing remaining. Since 1.

  account @6 :UInt32;
  # Whose it is. Zero never occurs. Since 1.

  id @7 :UInt64;
  # The group, as the client called it. Zero never occurs. Since 1.

  entryFilledLots @8 :Int64;
  # What its entry has been filled, in lots, while that is not done. Zero: nothing. Since 1.

  decided @9 :UInt64;
  # The member that traded and so decided it. Zero: none. Since 1.
}

struct RememberedRow {
  # A client id that is remembered. Ledger RULES 3.3.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  reason @1 :Reason.Reason;
  # Why the command was refused. Zero: it was not. Since 1.

  answered @2 :Bool;
  # It had its first answer. False: it was passed on and is pending. Since 1.

  account @3 :UInt32;
  # Whose it is. Zero: an operator's command that names no account. Since 1.

  sequence @4 :UInt64;
  # Its place in the order in which ids came or were kept: 1, 2, 3 … Zero never occurs. Since 1.

  clientHigh @5 :UInt64;
  # The client id, the upper half. Zero in both never occurs. Since 1.

  clientLow @6 :UInt64;
  # Its lower half. Since 1.

  order @7 :UInt64;
  # The order that the command was about. Zero: none. Since 1.

  firstReport @8 :UInt64;
  # The number of its first report. Zero: there is none. Since 1.

  forgetAtNs @9 :Int64;
  # When it is due to be forgotten, in nanoseconds since 1970 (UTC). Since 1.
}

struct LeaseRow {
  # One lease. Shard RULES 3.2.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  account @1 :UInt32;
  # Whose it is. Zero never occurs. Since 1.

  id @2 :UInt64;
  # Its id. Zero never occurs. Since 1.

  untilNs @3 :Int64;
  # When it lapses, in nanoseconds since 1970 (UTC). Since 1.
}

struct ListingRow {
  # An instrument as the ledger knows it.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  hasReference @1 :Bool;
  # Whether `referenceTicks` counts. Since 1.

  referenceTicks @2 :Int64;
  # The reference price, in ticks. Zero is the price zero. Since 1.

  listing @3 :Listing.Listing;
  # The instrument, with a version of its own. A null pointer is refused. Since 1.
}

struct CalendarRow {
  # A calendar with the sessions that are yet to come. Shard RULES 2.4.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  id @1 :UInt32;
  # Its id: 1 to 65,535. Zero never occurs. Since 1.

  sessions @2 :List(Entry.CalendarSession);
  # The sessions, by strictly rising `atNs`: up to 4,096. Empty: none are to come. Since 1.
}

struct ShardBookRow {
  # A book of this shard, but for its orders and groups, which have rows of their own.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  hasHeldState @1 :Bool;
  # A market-wide halt holds it. False: then `held` is without meaning. Since 1.

  lastEvent @2 :UInt64;
  # The number of its newest event. Zero: there was none. Since 1.

  digest @3 :UInt64;
  # The digest of its events; any value. Zero is a digest like others. Since 1.

  held :group {
    # The state that it goes to after the market-wide halt. The fields are those of `SetState`.

    state @4 :Order.MarketState;
    # The state. Zero: closed. Since 1.

    auction @5 :Order.AuctionKind;
    # Which auction. Not zero exactly when `state` is auction. Since 1.

    next @6 :Order.MarketState;
    # What follows at `untilNs`. Zero: closed. Since 1.

    untilNs @7 :Int64;
    # When that state ends by itself, in nanoseconds since 1970 (UTC). Zero: it does not. Since 1.
  }

  book @8 :Book.BookRow;
  # The book's own row, with a version of its own. A null pointer is refused. Since 1.
}

struct ChannelRow {
  # What is known of the channels to and from one other shard, but for values and messages, which have
  # rows of their own. Shard RULES, section 4.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  peer @1 :UInt16;
  # The other shard: 1 to 32,767. Zero never occurs. Since 1.

  choked @2 :Bool;
  # It takes too little: its orders have been cancelled, and new ones are refused. Since 1.

  lastSent @3 :UInt64;
  # The number of the newest message to it. Zero: there was none. Since 1.

  lastTaken @4 :UInt64;
  # The number of the last message taken from it. Zero: there was none. Since 1.
}

struct ChannelValueRow {
  # What was sent to another shard and received from it of one asset, in value. Shard RULES 4.6. The
  # other shard is in the row's key only.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  asset @1 :UInt32;
  # Of what. Zero never occurs. Since 1.

  sentHigh @2 :Int64;
  # What was sent, in lots or minor units: the upper 64 bits of 128. Since 1.

  sentLow @3 :UInt64;
  # The lower 64 bits of that. Zero in both: nothing. Since 1.

  receivedHigh @4 :Int64;
  # What was received, in lots or minor units: the upper 64 bits. Since 1.

  receivedLow @5 :UInt64;
  # The lower 64 bits of that. Zero in both: nothing. Since 1.
}

struct RecordRow {
  # A record. Shard RULES, section 7. Its key in its table is a field like others: as a row it is stored
  # under its number.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  table @1 :Entry.RecordTable;
  # In which table. Zero is refused. Since 1.

  number @2 :UInt32;
  # Its number: 1 to 2^20. Zero never occurs. Since 1.

  revision @3 :UInt64;
  # The index of the entry that wrote it. Zero never occurs. Since 1.

  key @4 :Data;
  # Its key: 1 to 64 bytes. Since 1.

  value @5 :Data;
  # What is in it: 1 to 4,096 bytes. Since 1.
}

const examplePosition :PositionRow = (
  version = 1, holder = 42, asset = 5, maxOrder = 1000,
  totalHigh = -1, totalLow = 0xffffffffffffffe2, costLow = 304470);
# Account 42 is short 30 lots of symbol 5, which brought it 3,044.70; it may order 1,000 at a time. Its
# key is 04 00 0000002a 00000005.

const exampleOpenOrder :OpenOrderRow = (
  version = 1, id = 281474976710660, account = 42, symbol = 5, side = buy, tier = 2, residue = 400000,
  priceTicks = 10150, remainingLots = 280, filledLots = 20, lease = 77, clientHigh = 1, clientLow = 2,
  pending = [(setPrice = true, priceTicks = 10155, clientHigh = 1, clientLow = 9)]);
# An order of account 42 of which 280 lots remain, and a replace of its price to 10,155 under way. Its
# key is 05 0001000000000004.

const exampleRecord :RecordRow = (
  version = 1, table = instruments, number = 7, revision = 1001, key = "AAPL", value = "a share");
# What is called AAPL among the instruments, as entry 1001 wrote it. Its key is 11 00000007.
