@0xb95122cf10e61aca;
# What a book did, or a ledger said: one event, or a batch of them in the order in which they happened.
#
# Every command is answered by events, and so is everything that becomes due by time. An event about
# an order carries the order's whole standing after what it tells: what is filled, what remains, how
# often it was replaced, and whether this is the final answer. Every new order gets exactly one final
# answer: `rejected`, a `fill` with nothing remaining, or `cancelled`; after it the order is forgotten.
#
# A trade is two `fill` events with the same `number`, the resting order first. What `priceTicks`,
# `lots` and `number` mean depends on the kind:
#
#     kind            order      number             priceTicks       lots
#     accepted        the order  0                  worst price      quantity
#     rejected        the order  0                  worst price      quantity
#     replaced        the order  0                  worst price      new total
#     replaceRejected as asked   0                  0                0
#     cancelRejected  as asked   0                  0                0
#     commandRejected as asked   0                  0                0
#     fill            the order  trade number       trade price      traded
#     cancelled       the order  0                  worst price      what was cancelled
#     reduced         the order  0                  worst price      what was taken
#     triggered       the order  0                  stop price       remaining
#     activated       the order  0                  worst price      remaining
#     refilled        the order  0                  its price        shown now
#     prevented       resting    aggressor's order  would-be price   would have traded
#     stateChanged    0          see `number`       0                0
#     uncrossed       0          trades made        auction price    volume
#     referenceSet    0          1 set, 0 cleared   reference price  0
#     repeated        the first  its report number  0                0
#     commandRefused  0          0                  0                0
#     accountChanged  0          0                  0                0
#     adjusted        0          the asset          0                the signed amount
#     commandDone     0          0                  0                0
#
# All other fields are zero. Units as in command.capnp: prices in ticks, quantities in lots.
#
# Versions, framing and what a reader refuses are as in command.capnp. An event is 72 bytes in a list,
# and has no pointers, so that a batch is one flat piece of memory. The example is the constant at the
# end.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bourse::schema");

using Order = import "order.capnp";
using Reason = import "reason.capnp";

enum EventKind {
  # What happened. The numbers equal those of `messages/event.hpp`; the gaps between the families are
  # filled with `reservedN`, which nobody sends and every reader refuses.

  none @0;
  # Nothing: an event that was never filled in. No book sends it. Since 1.

  # --- Answers to commands.

  accepted @1;
  # A new order is in the book. Since 1.

  rejected @2;
  # A new order is not in the book; final. Since 1.

  replaced @3;
  # A replace was done. Since 1.

  replaceRejected @4;
  # A replace was refused; the order is as before. Since 1.

  cancelRejected @5;
  # A cancel was refused. Since 1.

  commandRejected @6;
  # An operator's command was refused. Since 1.

  # Never sent. Kept for answers to come.
  reserved7 @7; reserved8 @8; reserved9 @9;

  # --- What becomes of an order.

  fill @10;
  # The order traded: two of these a trade, the resting order first, with one number. Since 1.

  cancelled @11;
  # The order ended without trading what remained; final. Since 1.

  reduced @12;
  # Self-trade prevention took some of the order. Since 1.

  triggered @13;
  # A stop's condition was met; the order acts from now on. Since 1.

  activated @14;
  # A member of a group that was held acts from now on. Since 1.

  refilled @15;
  # An iceberg shows its next part, at the end of its queue. Since 1.

  prevented @16;
  # A match between two orders of one owner did not happen. Since 1.

  # Never sent. Kept for what may yet become of an order.
  reserved17 @17; reserved18 @18; reserved19 @19;

  # --- What becomes of the book.

  stateChanged @20;
  # The book is in another state, or in the same one anew. Since 1.

  uncrossed @21;
  # An auction ended at a price. Since 1.

  referenceSet @22;
  # The reference price was set or cleared by command. Since 1.

  # Never sent. Kept for what may yet become of a book.
  reserved23 @23; reserved24 @24; reserved25 @25; reserved26 @26;
  reserved27 @27; reserved28 @28; reserved29 @29;

  # --- What the ledger of a shard says. actors/ledger/RULES.md, section 7.

  repeated @30;
  # The command's client id is known: nothing was done again, and the first answer is repeated.
  # Since 1.

  commandRefused @31;
  # A command that is about no order was refused. Since 1.

  accountChanged @32;
  # An account was opened, or a limit, block or lease of it was changed. Since 1.

  adjusted @33;
  # The account has more or less of an asset without a trade. Since 1.

  commandDone @34;
  # A command that names no account was carried out or passed on. Since 1.
}

struct Event {
  # One event.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  kind @1 :EventKind;
  # What happened. Zero: nothing. Since 1.

  side @2 :Order.Side;
  # The side of the order. In events about no order, and in refusals of replaces and cancels, zero
  # (buy) and without meaning. Since 1.

  reason @3 :Reason.Reason;
  # Why. Zero: there is nothing to explain. Since 1.

  finalAnswer @4 :Bool;
  # The order has ended: nothing more will be said about it. Since 1.

  aggressor @5 :Bool;
  # Of a fill: this order took, the other one was resting. False for both in an auction. Since 1.

  inAuction @6 :Bool;
  # Of a fill: it was traded in a call auction. Since 1.

  held @7 :Bool;
  # Of accepted: the order is held until its group acts. Since 1.

  orderVersion @8 :UInt32;
  # How often the order has been replaced. Zero: never. Since 1.

  order @9 :UInt64;
  # The order's id. Zero: the event is about no order. Since 1.

  number @10 :UInt64;
  # By kind, see the table above. Trade numbers are 1, 2, 3 … without a gap in each book. Of
  # stateChanged: the state now in bits 0 to 7, the auction kind in 8 to 15, the state before in 16
  # to 23, with the numbers of order.capnp. Zero: by kind. Since 1.

  priceTicks @11 :Int64;
  # By kind, see the table above; in ticks, any value. Zero: the price zero, or none, by kind.
  # Since 1.

  lots @12 :Int64;
  # By kind, see the table above; in lots, or in the asset's unit in `adjusted`. Negative only there and
  # in `rejected`, which repeats what was asked. Zero: by kind. Since 1.

  filledLots @13 :Int64;
  # What has been filled of the order in all, in lots; 0 to 2^40. Since 1.

  remainingLots @14 :Int64;
  # What remains of the order, in lots; 0 to 2^40. Zero: nothing remains, or it never was in the
  # book. Since 1.

  account @15 :UInt32;
  # Whose order it is. Zero: nobody's. Since 1.

  symbol @16 :UInt32;
  # The instrument, and so the book, in which it happened. Zero: not said. Since 1.

  pending @17 :Bool;
  # Of repeated: the first has not been answered yet. It stands in a bit that was free before, and only
  # with a kind that older readers refuse. False: it has been answered. Since 1.
}

struct EventBatch {
  # Many events in one message, in the order in which they happened.

  version @0 :UInt16;
  # The version of the batch itself: 1. Zero is refused. Since 1.

  events @1 :List(Event);
  # The events. Empty: nothing happened. Since 1.
}

const exampleTrade :EventBatch = (version = 1, events = [
  (version = 1, kind = fill, side = sell, finalAnswer = true, order = 7000, number = 3,
   priceTicks = 10149, lots = 20, filledLots = 20, account = 41, symbol = 5),
  (version = 1, kind = fill, side = buy, aggressor = true, order = 7001, number = 3,
   priceTicks = 10149, lots = 20, filledLots = 20, remainingLots = 280, account = 42, symbol = 5)]);
# Trade 3 of symbol 5: account 41 sells its last 20 lots to account 42 at 10,149 ticks.
