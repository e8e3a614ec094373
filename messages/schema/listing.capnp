@0xdf54d2cf20ac6b5e;
# All that a shard knows of an instrument: its rules, what it costs to trade it, and where its book is.
#
# The rules (instrument.capnp) speak of ticks and lots; here it is said what these are worth. A trade of
# q lots at price p has the value p × q × `tickValue`, in minor units of the currency. What is charged
# for it depends on the tier of the account and on the part that its order had (ledger RULES 1.5).
#
# A reader of this record carries any numbers through, except that the fees must be of 8 tiers or none;
# whether a listing can be used is a question apart, answered with a sentence by `find_fault`
# (`messages/listing.hpp`), whose conditions are repeated below.
#
# Versions, framing and what a reader refuses are as in command.capnp. The example is the constant at
# the end.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bourse::schema");

using Instrument = import "instrument.capnp";

struct FeeTier {
  # What a fill costs an account of one tier. Of each pair, the first is taken of the fill's |value|, the
  # second for each lot. Negative: a rebate. Zero: nothing.

  makerPpm @0 :Int64;
  # The resting order of a trade: in 1/1,000,000 of |value|; -10^6 to 10^6. Since 1.

  makerPerLot @1 :Int64;
  # The resting order: in 1/1,000,000 of a minor unit for each lot; -10^12 to 10^12. Since 1.

  takerPpm @2 :Int64;
  # The aggressor: in 1/1,000,000 of |value|; -10^6 to 10^6. Since 1.

  takerPerLot @3 :Int64;
  # The aggressor: in 1/1,000,000 of a minor unit for each lot; -10^12 to 10^12. Since 1.

  auctionPpm @4 :Int64;
  # Both sides of a trade in a call auction: in 1/1,000,000 of |value|; -10^6 to 10^6. Since 1.

  auctionPerLot @5 :Int64;
  # Both sides in an auction: in 1/1,000,000 of a minor unit for each lot; -10^12 to 10^12. Since 1.
}

struct Listing {
  # One instrument, as a shard lists it.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  bookShard @1 :UInt16;
  # The shard that has its book: 1 to 32,767. Zero is a fault. Since 1.

  currency @2 :UInt32;
  # What it is paid in: 1 to 2^31 - 1. Zero is a fault. Since 1.

  calendar @3 :UInt32;
  # The sessions that its book follows: 1 to 65,535. Zero: none; only the operator changes its state.
  # Since 1.

  protectionBps @4 :UInt32;
  # How far from the reference price an order without a price may trade, in 1/10,000 of it: 0 to
  # 100,000. Zero: at the reference price or better. Since 1.

  tickValue @5 :Int64;
  # What a tick of one lot is worth, in minor units of the currency; at least 1, zero is a fault. Since 1.

  rules @6 :Instrument.Instrument;
  # The rules of its book, with a version of their own; its symbol is 1 to 2^31 - 1. A null pointer is
  # refused. Since 1.

  fees @7 :List(FeeTier);
  # The fees of tiers 0 to 7, 8 of them. Empty: nothing is charged to anybody, which is also how
  # we write eight tiers of zeros. Any other number of tiers is refused. Since 1.
}

const exampleListing :Listing = (
  version = 1, bookShard = 2, currency = 978, calendar = 1, protectionBps = 500, tickValue = 1,
  rules = (version = 1, symbol = 5, maxOrders = 1000000, maxHiddenOrders = 1024, lot = 1,
           ticks = [(fromTicks = 0, tickTicks = 1)]),
  fees = [
    (makerPpm = -20, takerPpm = 300, auctionPpm = 100), (makerPpm = -20, takerPpm = 250),
    (makerPpm = -20, takerPpm = 200), (makerPpm = -20, takerPpm = 150),
    (makerPpm = -30, takerPpm = 100), (makerPpm = -30, takerPpm = 90),
    (makerPpm = -30, takerPpm = 80), (takerPerLot = 2500000)]);
# A share in euros whose ticks are cents and whose book is in shard 2. In tier 0 a taker pays 3 basis
# points and a maker gets a fifth of one; in tier 7 a taker pays 2.5 cents a lot and a maker nothing.
