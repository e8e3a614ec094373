@0xe0351afe071fc75a;
# The rules of one instrument: which prices and quantities its book takes, and when it interrupts.
#
# An instrument says nothing about money: prices are ticks, quantities lots, and what these are worth
# is said where money is counted. Its price grid is a tick table: a coarse grid for high prices, a
# fine one for low ones. Around the reference price lies a band that no order's price may leave;
# around the last price a volatility corridor that no trade may leave, or the book goes into an
# auction instead.
#
# A reader of this record carries any numbers through; whether the rules can be used is a question
# apart, answered with a sentence by `find_fault` (`messages/instrument.hpp`), whose conditions are
# repeated below. Zero means "no such limit" unless said otherwise.
#
# Versions, framing and what a reader refuses are as in command.capnp. The example is the constant at
# the end.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bourse::schema");

struct TickRow {
  # One row of a tick table: from |price| = `fromTicks` upwards, until the next row begins, prices are
  # multiples of `tickTicks`.

  fromTicks @0 :Int64;
  # Where the row begins, in ticks; zero in the first row, rising from row to row. A multiple of its
  # own `tickTicks` and of that of the row before. Since 1.

  tickTicks @1 :Int64;
  # The step between prices in this row, in ticks; at least 1, zero is a fault. Since 1.
}

struct Instrument {
  # The rules of one instrument.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  symbol @1 :UInt32;
  # Which instrument. Zero: none. Since 1.

  bandBps @2 :UInt32;
  # Half width of the price band around the reference price, in 1/10,000 of it; any value. Zero: no
  # band. Since 1.

  volatilityBps @3 :UInt32;
  # Half width of the volatility corridor around the last price, in 1/10,000 of it; any value. Zero:
  # no corridor. Since 1.

  maxOrders @4 :UInt32;
  # How many orders may be live in the book: 1 to 2^22. Zero is a fault. Since 1.

  maxHiddenOrders @5 :UInt32;
  # How many pegged, all-or-none and minimum-quantity orders may be live; any value. Zero: none is
  # taken. Since 1.

  maxTrailingStops @6 :UInt32;
  # How many trailing stops may be live; any value. Zero: none is taken. Since 1.

  lot @7 :Int64;
  # Quantities are multiples of this; in lots, at least 1. Zero is a fault. Since 1.

  minQuantityLots @8 :Int64;
  # The smallest quantity of an order, in lots; 0 or more. Zero: no such limit. Since 1.

  maxQuantityLots @9 :Int64;
  # The largest quantity of an order, in lots; 0 or more, and not below the smallest. Zero: no such
  # limit but that of every order, 2^40. Since 1.

  minNotional @10 :Int64;
  # The smallest |price| × quantity of an order, in tick-lots; 0 or more. Zero: no such limit.
  # Since 1.

  maxNotional @11 :Int64;
  # The largest |price| × quantity of an order, in tick-lots; 0 or more, and not below the smallest.
  # Zero: no such limit. Since 1.

  volatilityAuctionNs @12 :Int64;
  # How long a volatility auction lasts, in nanoseconds; 0 or more. Zero is a fault where
  # `volatilityBps` is set. Since 1.

  reopeningAuctionNs @13 :Int64;
  # How long the auction after a halt that ends by itself lasts, in nanoseconds; 0 or more. Zero: no
  # auction, straight to open. Since 1.

  ticks @14 :List(TickRow);
  # The tick table: 1 to 32 rows by rising `fromTicks`, the first from 0. Empty is a fault. Since 1.
}

const exampleShare :Instrument = (
  version = 1, symbol = 5, bandBps = 1000, volatilityBps = 200,
  maxOrders = 1000000, maxHiddenOrders = 1024, maxTrailingStops = 65536,
  lot = 1, minQuantityLots = 1, maxQuantityLots = 100000, maxNotional = 1000000000000,
  volatilityAuctionNs = 120000000000, reopeningAuctionNs = 300000000000,
  ticks = [(fromTicks = 0, tickTicks = 1), (fromTicks = 10000, tickTicks = 5)]);
# A share with steps of 1 tick below 10,000 and 5 above, a band of 10 %, a corridor of 2 % with
# auctions of two minutes, and auctions of five minutes after halts.
