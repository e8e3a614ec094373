@0xd77a3d7302604347;
# Why a command was refused, an order ended or shrank, or a book changed its state.
#
# One code an answer. The codes 1 to 27 are refusals in order of precedence: where several apply, the
# lowest is given, so that the same mistake has the same answer everywhere (RULES.md, section 3).
# From 40 on are the reasons for which a live order ended or shrank; from 60 on those about a whole
# book.
#
# The numbers equal those of `messages/reason.hpp`, are stored and sent for ever, and are only ever
# appended to. Cap'n Proto numbers enumerations without a gap, so the gaps between the three families
# are filled with `reservedN`: nobody sends these, a reader refuses them, and a new code takes the
# place of the next one in its family without changing any other number.
#
# Example, inside an event: kind = rejected, reason = offTick

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bourse::schema");

enum Reason {
  none @0;
  # Nothing to explain: the answer is no refusal. Since 1.

  # --- Refusals of new orders, replaces and cancels, in order of precedence.

  invalidOrderId @1;
  # The order id is zero. Since 1.

  duplicateOrderId @2;
  # An order of this id is live in the book. Since 1.

  unknownOrder @3;
  # No live order of this id belongs to the account. Since 1.

  marketClosed @4;
  # The book is closed. Since 1.

  marketHalted @5;
  # The book is halted; only cancels are taken. Since 1.

  invalidCombination @6;
  # Type, time in force and attributes do not go together (RULES.md 3.20). Since 1.

  notAcceptedNow @7;
  # This time in force is not taken in the book's present state. Since 1.

  invalidQuantity @8;
  # The quantity is zero, negative or above 2^40 lots. Since 1.

  offLot @9;
  # The quantity is not a multiple of the instrument's lot. Since 1.

  belowMinQuantity @10;
  # The quantity is below the instrument's smallest. Since 1.

  aboveMaxQuantity @11;
  # The quantity is above the instrument's largest. Since 1.

  offTick @12;
  # The price or the stop price is not on the tick table. Since 1.

  outsideBand @13;
  # The price is outside the band around the reference price. Since 1.

  invalidDisplay @14;
  # The displayed quantity is negative, off lot, not below the quantity, or so small that the order
  # would refill more than 100 times. Since 1.

  invalidMinimum @15;
  # The minimum quantity is negative or above the quantity. Since 1.

  invalidOffset @16;
  # A trail of zero or less, or a negative peg offset. Since 1.

  invalidExpiry @17;
  # The expiry is missing or not in the future. Since 1.

  belowMinNotional @18;
  # Price times quantity is below the instrument's smallest. Since 1.

  aboveMaxNotional @19;
  # Price times quantity is above the instrument's largest. Since 1.

  invalidGroup @20;
  # The order does not fit into the group that it names. Since 1.

  noReferencePrice @21;
  # A trailing stop needs a last or a reference price, and there is none. Since 1.

  bookFull @22;
  # The book holds as many orders as it may. Since 1.

  hiddenFull @23;
  # The book holds as many hidden orders as it may. Since 1.

  trailingFull @24;
  # The book holds as many trailing stops as it may. Since 1.

  notReplaceable @25;
  # A stop price for an order that does not wait for one. Since 1.

  belowFilled @26;
  # The new quantity is not above what has been filled. Since 1.

  wouldTake @27;
  # A post-only order would have traded on entry. Since 1.

  # Never sent; refused by every reader. Kept for refusals to come.
  reserved28 @28; reserved29 @29; reserved30 @30; reserved31 @31;
  reserved32 @32; reserved33 @33; reserved34 @34; reserved35 @35;
  reserved36 @36; reserved37 @37; reserved38 @38; reserved39 @39;

  # --- Why a live order ended or shrank.

  requested @40;
  # Its owner, or the operator, cancelled it. Since 1.

  massCancelled @41;
  # A mass cancel reached it. Since 1.

  unfilled @42;
  # An immediate order found no more to trade with. Since 1.

  expired @43;
  # Its time in force ran out. Since 1.

  selfTrade @44;
  # Self-trade prevention took it, or some of it. Since 1.

  group @45;
  # Another order of its group traded or ended. Since 1.

  volatility @46;
  # A volatility interruption; also why the book changed its state then. Since 1.

  auctionEnded @47;
  # What an auction left of an order that was for it only. Since 1.

  # Never sent; refused by every reader. Kept for ends to come.
  reserved48 @48; reserved49 @49; reserved50 @50; reserved51 @51;
  reserved52 @52; reserved53 @53; reserved54 @54; reserved55 @55;
  reserved56 @56; reserved57 @57; reserved58 @58; reserved59 @59;

  # --- Refusals of operator commands, and why a book changed its state.

  invalidState @60;
  # The asked state, auction kind or end time makes no sense. Since 1.

  operatorRequest @61;
  # An operator asked for the state. Since 1.

  timer @62;
  # The state's time was over. Since 1.
}
