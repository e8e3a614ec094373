@0xe76334939dddf755;
# What a shard tells: execution reports to accounts, and lines of its double entry.
#
# A report is an event of a book or of the ledger as one account is told it: with the account's own
# number for it, what the client calls the order, and what a fill did to the account's cash. Reports of
# an account are numbered 1, 2, 3 … without a gap, so who has the last knows that he has all.
#
# A ledger line says that a holder has more, or less, of an asset. The lines of one movement add up to
# zero in each asset (ledger RULES 1.3), so whoever adds up all lines of all shards gets zero.
#
# Both are without pointers: a report is 112 bytes in a list, a ledger line 40, and a batch is one flat
# piece of memory. The first fields of a report are those of event.capnp, by name and meaning.
#
# Versions, framing, units and what a reader refuses are as in command.capnp. The examples are the
# constants at the end.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bourse::schema");

using Event = import "event.capnp";
using Order = import "order.capnp";
using Reason = import "reason.capnp";

struct Report {
  # One thing that an account is told.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  kind @1 :Event.EventKind;
  # What happened. Zero: nothing. Since 1.

  side @2 :Order.Side;
  # The side of the order. Zero: buy, or without meaning. Since 1.

  reason @3 :Reason.Reason;
  # Why; the ledger's own cause where it cancelled (ledger RULES 4.8). Zero: there is nothing to
  # explain. Since 1.

  finalAnswer @4 :Bool;
  # The order has ended: nothing more will be said about it. Since 1.

  aggressor @5 :Bool;
  # Of a fill: this order took. False for both in an auction. Since 1.

  inAuction @6 :Bool;
  # Of a fill: it was traded in a call auction. Since 1.

  held @7 :Bool;
  # Of accepted: the order is held until its group acts. Since 1.

  pending @8 :Bool;
  # Of repeated: the first has not been answered yet. Since 1.

  orderVersion @9 :UInt32;
  # How often the order has been replaced, modulo 2^31. Zero: never. Since 1.

  order @10 :UInt64;
  # The order's id. Zero: it is about no order, or about one that never got an id. Since 1.

  number @11 :UInt64;
  # By kind, as in event.capnp: of a fill the trade number, of adjusted the asset, of repeated the first
  # report's number. Zero: by kind. Since 1.

  priceTicks @12 :Int64;
  # By kind, as in event.capnp; in ticks, any value. Zero: the price zero, or none. Since 1.

  lots @13 :Int64;
  # By kind, as in event.capnp; in lots, of adjusted in the asset's unit with its sign. Since 1.

  filledLots @14 :Int64;
  # What has been filled of the order in all, in lots; 0 to 2^40. Since 1.

  remainingLots @15 :Int64;
  # What remains of the order, in lots; 0 to 2^40. Zero: nothing, or it never was in a book. Since 1.

  account @16 :UInt32;
  # Whom it is told. Zero: nobody; then `reportNumber` is zero too. Since 1.

  symbol @17 :UInt32;
  # The instrument that it is about. Zero: none. Since 1.

  reportNumber @18 :UInt64;
  # The account's number for it: 1, 2, 3 … without a gap. Zero: to an account that is not there, or to
  # nobody. Since 1.

  clientHigh @19 :UInt64;
  # What the client calls the order or command: bytes 0 to 7 of 16, as one number, the first byte being
  # the highest. Zero in both halves: nothing. Since 1.

  clientLow @20 :UInt64;
  # Likewise bytes 8 to 15. Since 1.

  cashMinor @21 :Int64;
  # Of a fill: what it moved in the account, in minor units of the instrument's currency, without the
  # fee; negative when it was paid. Zero: nothing, or no fill. Since 1.

  feeMinor @22 :Int64;
  # Of a fill: what was charged for it, in minor units; negative: a rebate. Zero: nothing. Since 1.
}

struct ReportBatch {
  # Many reports in one message, in the order in which they arose.

  version @0 :UInt16;
  # The version of the batch itself: 1. Zero is refused. Each report carries its own as well. Since 1.

  reports @1 :List(Report);
  # The reports. Empty: nobody is told anything. Since 1.
}

enum LineKind {
  # Why an amount moved. The numbers equal those of `messages/report.hpp`.

  none @0;
  # A line that was never filled in. No ledger writes it. Since 1.

  trade @1;
  # What a fill moved: cash one way, lots the other. Since 1.

  fee @2;
  # What was charged for a fill, or given back. Since 1.

  clearing @3;
  # The book's side of a trade of another shard's account. Since 1.

  deposit @4;
  # Something came from outside. Since 1.

  withdrawal @5;
  # Something went outside. Since 1.

  transfer @6;
  # From one account to another, or on the way between two shards. Since 1.

  split @7;
  # Lots became more or fewer, and cash was paid for parts of them. Since 1.

  dividend @8;
  # Cash for lots that are held. Since 1.
}

struct LedgerLine {
  # `holder` has `amount` more of `asset`.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  kind @1 :LineKind;
  # Why. Zero: not said. Since 1.

  holder @2 :UInt32;
  # An account (1 to 2^31 - 1), or one of the books of account: 2^32 - 1 for what is outside, 2^32 - 2
  # for fees, 2^32 - 2^16 + s for the clearing with shard s. Zero: nobody. Since 1.

  asset @3 :UInt32;
  # What: a symbol by its number, a currency by its number with bit 31 set. Zero: nothing. Since 1.

  symbol @4 :UInt32;
  # The instrument that the movement is about. Zero: none. Since 1.

  amount @5 :Int64;
  # How much more, in lots of a symbol or minor units of a currency; negative: less. Zero is never
  # written. Since 1.

  order @6 :UInt64;
  # Of trade and fee: the order. Zero: none. Since 1.

  number @7 :UInt64;
  # Of trade and fee: the trade's number. Zero: none. Since 1.
}

struct LedgerLineBatch {
  # Many lines in one message, in the order in which they arose.

  version @0 :UInt16;
  # The version of the batch itself: 1. Zero is refused. Each line carries its own as well. Since 1.

  lines @1 :List(LedgerLine);
  # The lines. Empty: nothing moved. Since 1.
}

const exampleReport :Report = (
  version = 1, kind = fill, side = buy, aggressor = true, order = 281474976710660, number = 3,
  priceTicks = 10149, lots = 20, filledLots = 20, remainingLots = 280, account = 42, symbol = 5,
  reportNumber = 17, clientHigh = 1, clientLow = 2, cashMinor = -202980, feeMinor = 61);
# The 17th report of account 42: its order took 20 lots at 10,149 in trade 3, for 2,029.80 and a fee of
# 0.61.

const exampleLines :LedgerLineBatch = (version = 1, lines = [
  (version = 1, kind = fee, holder = 42, asset = 2147484626, symbol = 5, amount = -61,
   order = 281474976710660, number = 3),
  (version = 1, kind = fee, holder = 4294967294, asset = 2147484626, symbol = 5, amount = 61,
   order = 281474976710660, number = 3)]);
# That fee: 0.61 of currency 978 from account 42 to the book of fees.
