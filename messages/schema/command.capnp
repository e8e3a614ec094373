@0xbb2cc4fc5cfd2b3c;
# What is said to a book: one command, or a batch of them in the order in which they are to be done.
#
# A command is one of six: three about one order (new, cancel, replace), one about many (mass
# cancel), and two of the operator about the book itself (state, reference price). A command says
# nothing about time and nothing about which book it is for: both come with the entry that carries it.
#
# Who checks what. A reader refuses what cannot be represented: a version, an enumeration number or a
# kind of command that it does not know, a body that is missing, bytes that are not a message. All
# else is carried through, and the book answers it with a reason code: a zero id, a negative quantity,
# a price off its tick. A field that an order's type does not use must be zero; a book refuses
# anything else in it with `invalidCombination` (RULES.md 3.20).
#
# Units. Prices are whole ticks and quantities whole lots; what one tick and one lot are worth, the
# instrument says. Times are nanoseconds since 1970-01-01T00:00:00Z. There is no floating point.
#
# Versions. `version` says with which version of this file the record was written; the first is 1,
# and zero, what it says if it was never set, is refused. A reader knows all versions up to its own
# and refuses later ones. Fields are appended, never removed and never given another meaning.
#
# Framing: one record a message, in the standard stream framing of Cap'n Proto, not packed. The
# exchange writes one segment; it reads any number of them.
#
# Examples are the constants at the end of this file, in the text form of `capnp convert
# text:binary`; `capnp eval command.capnp exampleBuy` prints one, with `-obinary` as bytes.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bourse::schema");

using Order = import "order.capnp";

struct Command {
  # One command.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  union {
    # What is asked. The struct must be there, if only with zeros in it: a null pointer is refused, so
    # that no field that was forgotten becomes "every order of every account". Since 1.

    newOrder @1 :NewOrder;
    # Puts an order into the book. Answered by `accepted` or `rejected`. Since 1.

    cancelOrder @2 :CancelOrder;
    # Ends one order. Answered by `cancelled` or `cancelRejected`. Since 1.

    replaceOrder @3 :ReplaceOrder;
    # Changes one order. Answered by `replaced` or `replaceRejected`. Since 1.

    massCancel @4 :MassCancel;
    # Ends many orders. Each sends `cancelled`; if there are none, nothing is answered. Since 1.

    setState @5 :SetState;
    # Operator: puts the book into a state. Answered by `stateChanged` or `commandRejected`. Since 1.

    setReference @6 :SetReference;
    # Operator: sets or clears the reference price. Answered by `referenceSet`. Since 1.
  }
}

struct NewOrder {
  # A new order. Its checks, in order, are RULES.md, section 3.

  id @0 :UInt64;
  # The order's id, unique in its book while the order lives. Zero is answered `invalidOrderId`.
  # Since 1.

  account @1 :UInt32;
  # Whose order it is. Zero: no account. Since 1.

  tradeGroup @2 :UInt32;
  # Accounts of one trade group count as one owner for self-trade prevention. Zero: the account
  # stands alone. Since 1.

  side @3 :Order.Side;
  # Buy (0) or sell (1). Since 1.

  type @4 :Order.OrderType;
  # What the order does. Zero: limit. Since 1.

  timeInForce @5 :Order.TimeInForce;
  # How long it lives. Zero: day. Since 1.

  selfTrade @6 :Order.SelfTradePrevention;
  # What happens, if this order is the aggressor, instead of a trade with its own owner. Zero: they
  # trade. Since 1.

  role @7 :Order.GroupRole;
  # Its part in the group `group`. Zero: none, and then `group` and `groupSize` are zero. Since 1.

  groupSize @8 :UInt8;
  # How many members the group has when it is complete: 2 to 8. Zero: no group. Since 1.

  postOnly @9 :Bool;
  # Refused with `wouldTake` if it would trade on entry. False: it may take. Since 1.

  allOrNone @10 :Bool;
  # Trades all of it at once or not at all. False: parts are welcome. Since 1.

  priceTicks @11 :Int64;
  # The worst price, in ticks: a buy never trades above it, a sell never below. Of a limit order its
  # limit; of a market, stop or trailing stop order its protection; of a peg its cap. Any value is
  # legal; zero is the price zero, not "none". Since 1.

  quantityLots @12 :Int64;
  # How much, in lots: 1 to 2^40, a multiple of the instrument's lot. Zero is answered
  # `invalidQuantity`. Since 1.

  stopPriceTicks @13 :Int64;
  # The trade price, in ticks, at which a stop or stop-limit order wakes up. Zero for all other
  # types; for these the price zero. Since 1.

  offsetTicks @14 :Int64;
  # Of a trailing stop its distance to the market, above zero; of a peg how far behind its reference
  # it stays, zero or more. In ticks. Zero for all other types. Since 1.

  displayLots @15 :Int64;
  # Of an iceberg what is shown at a time, in lots: below the quantity, at least a hundredth of it.
  # Zero: all of it is shown. Since 1.

  minimumLots @16 :Int64;
  # The first fill, in one go, is at least this, in lots: up to the quantity. Zero: any. Since 1.

  expiresAtNs @17 :Int64;
  # When a good-till-date order ends, in nanoseconds since 1970 (UTC); it must be in the future. Zero
  # for all other times in force. Since 1.

  group @18 :UInt64;
  # The group of linked orders that it belongs to. Zero: none. Since 1.
}

struct CancelOrder {
  # Ends one order. RULES.md 12.1.

  id @0 :UInt64;
  # The order. One that is not live is answered `unknownOrder`; so is zero. Since 1.

  account @1 :UInt32;
  # Whose order it must be. Zero: the operator's cancel, of anybody's order. Since 1.
}

struct ReplaceOrder {
  # Changes one order. What is not to change is left unset. It keeps its priority if only its
  # quantity falls; otherwise it enters anew. RULES.md 12.3 and 12.4.

  id @0 :UInt64;
  # The order. One that is not live is answered `unknownOrder`; so is zero. Since 1.

  account @1 :UInt32;
  # Whose order it must be. Zero: the operator's replace, of anybody's order. Since 1.

  setPrice @2 :Bool;
  # Whether `priceTicks` counts. False: the price stays. Since 1.

  setQuantity @3 :Bool;
  # Whether `quantityLots` counts. False: the total stays. Since 1.

  setStopPrice @4 :Bool;
  # Whether `stopPriceTicks` counts. False: the stop price stays. Since 1.

  priceTicks @5 :Int64;
  # The new worst price, in ticks. Zero is the price zero. Without meaning if not set. Since 1.

  quantityLots @6 :Int64;
  # The new total in lots, what has been filled included: above that, and at most 2^40. Zero is
  # answered `invalidQuantity`. Without meaning if not set. Since 1.

  stopPriceTicks @7 :Int64;
  # The new stop price, in ticks. Zero is the price zero. Without meaning if not set. Since 1.
}

enum SideFilter {
  # Which sides a mass cancel reaches.

  both @0;
  # Buys and sells. Since 1.

  buy @1;
  # Buys only. Since 1.

  sell @2;
  # Sells only. Since 1.
}

struct MassCancel {
  # Ends every order of an account. RULES.md 12.2.

  account @0 :UInt32;
  # Whose orders. Zero: those of all accounts (the operator's). Since 1.

  sides @1 :SideFilter;
  # On which sides. Zero: both. Since 1.
}

struct SetState {
  # Puts a book into a state, if wished until a moment. RULES.md 2.3.

  state @0 :Order.MarketState;
  # The state. Zero: closed. Since 1.

  auction @1 :Order.AuctionKind;
  # Which auction. Not zero exactly when `state` is auction. Since 1.

  untilNs @2 :Int64;
  # When the state ends by itself, in nanoseconds since 1970 (UTC); later than now. Zero: it lasts
  # until the next command. Since 1.

  next @3 :Order.MarketState;
  # What follows at `untilNs`. Never auction, never `state` itself; after a halt only open. If
  # `untilNs` is zero this must be open, which is 3, not what zero means here (closed). Since 1.
}

struct SetReference {
  # Sets or clears the price around which bands, auctions and trailing stops are measured.

  clear @0 :Bool;
  # True: there is no reference price from now on. False: it is `priceTicks`. Since 1.

  priceTicks @1 :Int64;
  # The reference price, in ticks; any value. Zero is the price zero. Since 1.
}

struct CommandBatch {
  # Many commands in one message, done in the order of the list.

  version @0 :UInt16;
  # The version of the batch itself: 1. Zero is refused. Each command carries its own as well, so
  # that commands can be copied between batches as they are. Since 1.

  commands @1 :List(Command);
  # The commands. Empty: nothing is asked, which is no error. Since 1.
}

const exampleBuy :Command = (version = 1, newOrder = (
  id = 7001, account = 42, side = buy, type = limit, timeInForce = goodTillCancelled,
  selfTrade = cancelOldest, priceTicks = 10150, quantityLots = 300, displayLots = 50));
# Account 42 buys 300 lots at 10,150 ticks or better, showing 50 at a time, until cancelled.

const exampleBatch :CommandBatch = (version = 1, commands = [
  (version = 1, cancelOrder = (id = 7001, account = 42)),
  (version = 1, replaceOrder = (id = 7002, account = 42, setQuantity = true, quantityLots = 80)),
  (version = 1, massCancel = (account = 42, sides = sell)),
  (version = 1, setState = (state = auction, auction = opening,
                            untilNs = 1767258000000000000, next = open)),
  (version = 1, setReference = (priceTicks = 10000))]);
# Account 42 cancels one order, shrinks another to 80 lots and ends all its sells; then the operator
# calls the opening auction until 2026-01-01T09:00:00Z, and sets the reference price to 10,000 ticks.
