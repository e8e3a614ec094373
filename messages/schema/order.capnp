@0xf4d56bf8960ec22f;
# The words in which an order and a book are described.
#
# An order says which side it is on, what it does (type), how long it lives (time in force) and what
# happens when it meets an order of the same owner. A book is in one market state at a time, and
# during a call auction also knows which auction it holds. Every word here is an enumeration, and
# each is used by the commands, the events and the rows of a book alike.
#
# The numbers are stored and sent for ever: they equal those of `messages/order_terms.hpp`, new ones
# are appended, and none is ever given twice. A reader that meets a number it does not know must
# refuse the record; it must not guess. Zero is a legal value in all of them and is what a field says
# that was never set: take care that it is what you mean.
#
# What each word makes a book do is in `actors/book/RULES.md`; the sections are named below.
#
# Example, in the text form that `capnp convert text:binary` reads, inside a new order:
#     side = sell, type = stopLimit, timeInForce = goodTillDate, selfTrade = cancelOldest

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bourse::schema");

enum Side {
  # Which way an order trades.

  buy @0;
  # Gives money, takes the instrument. Since 1.

  sell @1;
  # Gives the instrument, takes money. Since 1.
}

enum OrderType {
  # What an order does. RULES.md, sections 3.20, 4, 5 and 7.4.

  limit @0;
  # Trades at its price or better, and rests for the remainder. Since 1.

  market @1;
  # Trades now, down to its worst price. The remainder never rests in an open book. Since 1.

  stop @2;
  # Waits for a trade at its stop price or beyond, then acts as market. Since 1.

  stopLimit @3;
  # Waits for a trade at its stop price or beyond, then acts as limit. Since 1.

  trailingStop @4;
  # A stop whose stop price follows the market at a distance, `offsetTicks`. Since 1.

  primaryPeg @5;
  # Hidden; follows the best price of its own side, `offsetTicks` behind it. Since 1.

  midPeg @6;
  # Hidden; follows the middle between best bid and best offer. Since 1.
}

enum TimeInForce {
  # How long an order lives. RULES.md, sections 2.5, 3.6, 4 and 11.

  day @0;
  # Until the book closes. Since 1.

  goodTillCancelled @1;
  # Until it ends otherwise; it survives the close. Since 1.

  goodTillDate @2;
  # Until the moment `expiresAtNs`. Since 1.

  immediateOrCancel @3;
  # Trades what it can now; the rest is cancelled. Since 1.

  fillOrKill @4;
  # Trades all of it now, or nothing. Since 1.

  atTheOpen @5;
  # Takes part in the opening auction only. Since 1.

  atTheClose @6;
  # Takes part in the closing auction only; until then it is parked. Since 1.
}

enum SelfTradePrevention {
  # What happens instead of a trade between two orders of one owner (one account, or one trade
  # group). The mode of the aggressor, the order that arrives, decides. RULES.md 6.6 and 6.7.

  none @0;
  # They trade. Since 1.

  cancelNewest @1;
  # The aggressor is cancelled. Since 1.

  cancelOldest @2;
  # The resting order is cancelled. Since 1.

  cancelBoth @3;
  # Both are cancelled. Since 1.

  decrement @4;
  # Both shrink by what would have traded. Since 1.
}

enum GroupRole {
  # An order's part in a group of linked orders. RULES.md, section 9.

  none @0;
  # It is in no group. Since 1.

  oneCancelsOther @1;
  # When one member trades or ends, the others are cancelled. Since 1.

  entry @2;
  # The order of a bracket that opens the position. Since 1.

  exit @3;
  # An order of a bracket that closes the position once the entry has been filled. Since 1.
}

enum MarketState {
  # The state of a book. RULES.md, section 2.

  closed @0;
  # Takes cancels only; nothing trades. Since 1.

  preOpen @1;
  # Collects orders without matching, before an auction is announced. Since 1.

  auction @2;
  # Collects orders for a call auction; which one, `AuctionKind` says. Since 1.

  open @3;
  # Matches continuously. Since 1.

  halted @4;
  # Takes cancels only, until it is resumed. Since 1.
}

enum AuctionKind {
  # Which call auction a book is holding. RULES.md, sections 2 and 8.

  none @0;
  # No auction: in every state but `auction`. Since 1.

  opening @1;
  # The auction that opens the day. Since 1.

  closing @2;
  # The auction that closes the day; parked orders join it. Since 1.

  reopening @3;
  # The auction after a halt. Since 1.

  volatility @4;
  # The auction after a volatility interruption. Since 1.
}
