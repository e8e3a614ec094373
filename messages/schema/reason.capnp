@0xd77a3d7302604347;
# Why a command was refused, an order ended or shrank, or a book changed its state.
#
# One code an answer. The codes 1 to 27 are a book's refusals in order of precedence: where several
# apply, the lowest is given, so that the same mistake has the same answer everywhere (RULES.md,
# section 3). From 40 on are the reasons for which a live order ended or shrank; from 60 on those about
# a whole book. From 100 on the ledger speaks, which checks a command before any book hears of it
# (actors/ledger/RULES.md): to 128 its refusals, from 140 on why it cancelled an order.
#
# The numbers equal those of `messages/reason.hpp`, are stored and sent for ever, and are only ever
# appended to. Cap'n Proto numbers enumerations without a gap, so the gaps between the five families
# are filled with `reservedN`: nobody sends these, a reader refuses them, and a new code takes the
# place of the next one in its family without changing any other number.
#
# A reason is never text: what a person reads is made from the code where it is shown.
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

  # Never sent; refused by every reader. Kept for what may be said of a book.
  reserved63 @63; reserved64 @64; reserved65 @65; reserved66 @66;
  reserved67 @67; reserved68 @68; reserved69 @69; reserved70 @70;
  reserved71 @71; reserved72 @72; reserved73 @73; reserved74 @74;
  reserved75 @75; reserved76 @76; reserved77 @77; reserved78 @78;
  reserved79 @79; reserved80 @80; reserved81 @81; reserved82 @82;
  reserved83 @83; reserved84 @84; reserved85 @85; reserved86 @86;
  reserved87 @87; reserved88 @88; reserved89 @89; reserved90 @90;
  reserved91 @91; reserved92 @92; reserved93 @93; reserved94 @94;
  reserved95 @95; reserved96 @96; reserved97 @97; reserved98 @98;
  reserved99 @99;

  # --- Refusals by the ledger of a shard.

  unknownAccount @100;
  # There is no such account in this shard. Since 1.

  accountExists @101;
  # The account is there already. Since 1.

  tooLate @102;
  # The entry is later than the command's not-after. Since 1.

  notAfterTooFar @103;
  # The not-after is later than the horizon for which client ids are remembered. Since 1.

  tooManyClientIds @104;
  # The account has as many remembered client ids as it may. Since 1.

  accountBlocked @105;
  # The account's kill switch is on. Since 1.

  unknownSymbol @106;
  # The symbol is not listed in this shard. Since 1.

  invalidRequest @107;
  # A field is outside of what it may be. Since 1.

  unknownLease @108;
  # The lease is not there, or is another account's. Since 1.

  overloaded @109;
  # A table or an outbox is full; the same may be taken later. Since 1.

  tooManyPending @110;
  # The order has as many unanswered replaces as it may, or a cancel under way. Since 1.

  amountTooLarge @111;
  # A value or a sum does not fit. Since 1.

  orderTooLarge @112;
  # Limit `maxOrderQuantity`. Since 1.

  orderValueTooLarge @113;
  # Limit `maxOrderValue`. Since 1.

  tooManyOpenOrders @114;
  # Limit `maxOpenOrders`. Since 1.

  positionTooLarge @115;
  # Limit `maxPosition`. Since 1.

  turnoverTooLarge @116;
  # Limit `maxTurnover`. Since 1.

  fatFinger @117;
  # Limit `fatFingerBps`. Since 1.

  wouldIncrease @118;
  # A reduce-only order that could do more than reduce the position. Since 1.

  insufficientHoldings @119;
  # Not enough of the symbol is available. Since 1.

  insufficientFunds @120;
  # Not enough of the currency is available. Since 1.

  openOrdersExist @121;
  # A split while orders of the symbol are open. Since 1.

  symbolExists @122;
  # The symbol is listed already. Since 1.

  tooManyAccounts @123;
  # The shard has as many accounts as it may. Since 1.

  tooManyInstruments @124;
  # The shard has as many instruments as it may. Since 1.

  tooManyLeases @125;
  # The shard has as many leases as it may. Since 1.

  notHere @126;
  # The symbol's book is in another shard. Since 1.

  marketWideHalt @127;
  # The whole market is halted. Since 1.

  unsupportedRules @128;
  # A version of the rules that the program does not know. Since 1.

  recordConflict @129;
  # The record has another revision than was expected. Since 1.

  tooManyRecords @130;
  # The shard has as many records, or bytes of them, as it may. Since 1.

  # Never sent; refused by every reader. Kept for the ledger's refusals to come.
  reserved131 @131; reserved132 @132;
  reserved133 @133; reserved134 @134; reserved135 @135; reserved136 @136;
  reserved137 @137; reserved138 @138; reserved139 @139;

  # --- Why the ledger cancelled an order.

  killed @140;
  # The account's kill switch. Since 1.

  disconnected @141;
  # The lease that the order named has lapsed. Since 1.

  reduceOnly @142;
  # The reduce-only order might have done more than reduce the position. Since 1.
}
