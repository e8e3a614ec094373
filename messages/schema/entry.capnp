@0xc0bb95a2257931cb;
# What enters a shard's log: entries of commands, which accounts, operators, the calendar and other
# shards ask of it.
#
# An entry is the unit of meaning: what is logged, replicated and applied as one. It is its index, one
# timestamp that counts for all in it, and the commands in the order in which they are done. What each
# command does, and why it may be refused, is in actors/ledger/RULES.md and actors/shard/RULES.md.
#
# A command of a client or an operator may carry a client id. The ledger remembers it, so that the same
# command sent again is answered and not done again.
#
# Who checks what. A reader refuses what cannot be represented: a version, an enumeration number or a
# kind of command that it does not know, a body that is missing, a client id where there can be none. All
# else is carried through, and the shard answers it with a reason code.
#
# What an entry carries and how large it is. A command is 4 words and a pointer in the list, and its body
# behind the list; a new order takes 160 bytes in all. Nothing in a command depends on the one before it, so
# commands can be copied between entries as they are.
#
# Assets. A symbol by its number, a currency by its number with bit 31 set; both numbers are 1 to
# 2^31 - 1. Amounts are lots of a symbol and minor units of a currency.
#
# Versions, framing and other units are as in command.capnp. The example is the constant at the end.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bourse::schema");

using Channel = import "channel.capnp";
using Command = import "command.capnp";
using Listing = import "listing.capnp";
using Order = import "order.capnp";

struct Entry {
  # One entry.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Each command carries its own as well. Since 1.

  index @1 :UInt64;
  # Its place in the shard's log: 1, 2, 3 … Zero: it has none yet. Since 1.

  atNs @2 :Int64;
  # When the leader stamped it, in nanoseconds since 1970 (UTC). One that is earlier than that of the
  # entry before counts as that. Zero: not stamped. Since 1.

  commands @3 :List(ShardCommand);
  # What is asked. Empty: only what is due by time is done. Since 1.
}

struct ShardCommand {
  # One command.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  request :group {
    # What makes the command safe to send again. Ledger RULES, section 3. In commands that take no client
    # id (`renewLease`, `channelDelivery`, `channelReceipt`) all three are zero, or it is refused.

    clientHigh @1 :UInt64;
    # What the client calls the command: bytes 0 to 7 of 16, as one number, the first byte being the
    # highest. Zero in both halves: nothing; the command is not remembered. All ones here: a tag, which reports
    # carry and which is not remembered either. Since 1.

    clientLow @2 :UInt64;
    # Likewise bytes 8 to 15. Since 1.

    notAfterNs @3 :Int64;
    # The last moment at which it may be done, in nanoseconds since 1970 (UTC). Zero: no limit. Since 1.
  }

  union {
    # What is asked. The struct must be there, if only with zeros in it: a null pointer is refused, so
    # that no field that was forgotten becomes "everything of everybody". Since 1.

    submitOrder @4 :SubmitOrder;
    # A new order of an account. Since 1.

    submitCancel @5 :SubmitCancel;
    # Ends one order. Since 1.

    submitReplace @6 :SubmitReplace;
    # Changes one order. Since 1.

    submitMassCancel @7 :SubmitMassCancel;
    # Ends many orders of an account. Since 1.

    renewLease @8 :RenewLease;
    # Makes a lease, extends it or ends it. Takes no client id. Since 1.

    openAccount @9 :OpenAccount;
    # Makes an account. Since 1.

    setLimit @10 :SetLimit;
    # Sets one limit of an account or a risk group. Since 1.

    setKillSwitch @11 :SetKillSwitch;
    # Blocks an account and ends its orders, or unblocks it. Since 1.

    deposit @12 :Deposit;
    # Something comes to an account from outside. Since 1.

    withdraw @13 :Withdraw;
    # Something goes outside. Since 1.

    transfer @14 :Transfer;
    # Something goes to another account. Since 1.

    split @15 :Split;
    # Lots become more or fewer. Since 1.

    dividend @16 :Dividend;
    # Cash for lots that are held. Since 1.

    listInstrument @17 :Listing.Listing;
    # Lists an instrument. The listing has a version of its own. Since 1.

    bookState @18 :BookState;
    # Puts a book into a state. Since 1.

    bookReference @19 :BookReference;
    # Sets or clears the reference price of an instrument. Since 1.

    massCancelBook @20 :MassCancelBook;
    # Ends every order in a book. Since 1.

    marketHalt @21 :MarketHalt;
    # Halts all books, or lets them go on. Since 1.

    setCalendar @22 :SetCalendar;
    # Replaces the sessions of a calendar. Since 1.

    setRulesVersion @23 :SetRulesVersion;
    # Raises the version of the rules that the shard applies. Since 1.

    channelDelivery @24 :Channel.ChannelDelivery;
    # Messages of another shard, with a version of their own. Takes no client id. Since 1.

    channelReceipt @25 :Channel.ChannelReceipt;
    # What another shard has taken, with a version of its own. Takes no client id. Since 1.

    putRecord @26 :PutRecord;
    # Writes or erases a record. Since 1.
  }
}

# --- Orders

struct SubmitOrder {
  # A new order of an account. Its checks, in order, are ledger RULES 4.1.

  symbol @0 :UInt32;
  # For which book. Zero is answered `unknownSymbol`. Since 1.

  hasPrice @1 :Bool;
  # Whether the order's price counts. False: the ledger sets its worst price, from the reference price.
  # Since 1.

  reduceOnly @2 :Bool;
  # It may only shrink the account's position. False: it may do anything. Since 1.

  lease @3 :UInt64;
  # It is cancelled when this lease lapses. Zero: never for that. Since 1.

  order @4 :Command.NewOrder;
  # The order. Its id and its trade group are zero, as the ledger gives both; anything else is answered
  # `invalidRequest`. Its group id is the account's own and below 2^32. A null pointer is refused. Since 1.
}

struct SubmitCancel {
  # Ends one order. Ledger RULES 4.6.

  account @0 :UInt32;
  # Whose order it must be. Zero is answered `unknownAccount`. Since 1.

  order @1 :UInt64;
  # The order. Zero: the one that the next two fields name. Since 1.

  namedHigh @2 :UInt64;
  # The order by its client id: bytes 0 to 7 of 16, as one number, the first byte being the highest.
  # Without meaning unless `order` is zero; zero in both halves: no order. Since 1.

  namedLow @3 :UInt64;
  # Likewise bytes 8 to 15. Since 1.
}

struct SubmitReplace {
  # Changes one order. Ledger RULES 4.5.

  account @0 :UInt32;
  # Whose order it must be. Zero is answered `unknownAccount`. Since 1.

  setPrice @1 :Bool;
  # Whether `priceTicks` counts. False: the price stays. Since 1.

  setQuantity @2 :Bool;
  # Whether `quantityLots` counts. False: the total stays. Since 1.

  setStopPrice @3 :Bool;
  # Whether `stopPriceTicks` counts. False: the stop price stays. Since 1.

  order @4 :UInt64;
  # The order. Zero: the one that the next two fields name. Since 1.

  namedHigh @5 :UInt64;
  # The order by its client id, as in `SubmitCancel`. Since 1.

  namedLow @6 :UInt64;
  # Likewise. Since 1.

  priceTicks @7 :Int64;
  # The new worst price, in ticks. Zero is the price zero. Without meaning if not set. Since 1.

  quantityLots @8 :Int64;
  # The new total in lots, what has been filled included: 1 to 2^40. Zero is answered `invalidRequest`.
  # Without meaning if not set. Since 1.

  stopPriceTicks @9 :Int64;
  # The new stop price, in ticks. Zero is the price zero. Without meaning if not set. Since 1.
}

struct SubmitMassCancel {
  # Ends an account's orders. Ledger RULES 4.7.

  account @0 :UInt32;
  # Whose orders. Zero is answered `unknownAccount`. Since 1.

  symbol @1 :UInt32;
  # In which book. Zero: in all. Since 1.

  sides @2 :Command.SideFilter;
  # On which sides. Zero: both. Since 1.
}

struct RenewLease {
  # Makes a lease of the account, or extends it. Shard RULES 3.2.

  account @0 :UInt32;
  # Whose lease. Zero is answered `unknownAccount`. Since 1.

  lease @1 :UInt64;
  # Which. Zero is answered `invalidRequest`. Since 1.

  untilNs @2 :Int64;
  # When it lapses, in nanoseconds since 1970 (UTC); up to an hour from now. A moment that is not later
  # than now, such as zero, ends it at once. Since 1.
}

# --- Accounts and funds

enum AccountKind {
  # What an account may do. The numbers equal those of `messages/shard_command.hpp`.

  cash @0;
  # It never has less than zero available of anything. Since 1.

  house @1;
  # It may have credit. Since 1.
}

struct OpenAccount {
  # Makes an account with nothing in it. Ledger RULES 2.1.

  account @0 :UInt32;
  # Its id: 1 to 2^31 - 1. Zero is answered `invalidRequest`. Since 1.

  tradeGroup @1 :UInt32;
  # Accounts of one trade group count as one owner for self-trade prevention. Zero: it stands alone.
  # Since 1.

  riskGroup @2 :UInt32;
  # Accounts of one risk group have limits together: 1 to 2^31 - 1. Zero: none. Since 1.

  kind @3 :AccountKind;
  # What it may do. Zero: cash. Since 1.

  tier @4 :UInt8;
  # Which of the tiers of fees counts for it: 0 to 7. Zero is the first tier. Since 1.
}

enum LimitKind {
  # What a limit is about. The numbers equal those of `messages/shard_command.hpp`. Ledger RULES 2.2.

  creditLine @0;
  # How far below zero a house account may go in an asset. Since 1.

  maxOrderQuantity @1;
  # The most lots of one order, in a symbol. Since 1.

  maxOrderValue @2;
  # The most |value| of one order at its worst price, in a currency. Since 1.

  maxOpenOrders @3;
  # The most orders not finally answered. Since 1.

  maxPosition @4;
  # The most lots long or short, open orders counted, in a symbol. Since 1.

  maxTurnover @5;
  # The most |value| traded in a day, in a currency. Since 1.

  fatFingerBps @6;
  # How far beyond the reference price a worst price may be, in 1/10,000 of it. Since 1.
}

struct SetLimit {
  # Sets one limit of an account or of a risk group. Ledger RULES 2.2.

  account @0 :UInt32;
  # Of which account. Zero: of a risk group. Since 1.

  riskGroup @1 :UInt32;
  # Of which risk group. Zero: of an account. Since 1.

  asset @2 :UInt32;
  # In which asset. Zero: in none, as some kinds want it. Since 1.

  kind @3 :LimitKind;
  # Which limit. Zero: the credit line. Since 1.

  value @4 :Int64;
  # The limit, 0 or more; in the unit of its kind. Zero: no such limit; of a credit line no credit.
  # Since 1.
}

struct SetKillSwitch {
  # Blocks or unblocks an account. Ledger RULES 2.4.

  account @0 :UInt32;
  # Which. Zero is answered `unknownAccount`. Since 1.

  on @1 :Bool;
  # True: it is blocked and its orders end. False: it is not blocked any more. Since 1.
}

struct Deposit {
  # Something comes to an account from outside. Ledger RULES 9.2.

  account @0 :UInt32;
  # To which. Zero is answered `unknownAccount`. Since 1.

  asset @1 :UInt32;
  # Of what. Zero is answered `invalidRequest`. Since 1.

  amount @2 :Int64;
  # How much, in lots or minor units; above zero. Since 1.

  cost @3 :Int64;
  # Of lots: what they cost in all, in minor units; 0 or more. Zero: nothing. Since 1.
}

struct Withdraw {
  # Something of an account goes outside. Ledger RULES 9.3.

  account @0 :UInt32;
  # From which. Zero is answered `unknownAccount`. Since 1.

  asset @1 :UInt32;
  # Of what. Zero is answered `invalidRequest`. Since 1.

  amount @2 :Int64;
  # How much, in lots or minor units; above zero. Since 1.
}

struct Transfer {
  # Something goes from one account to another. Ledger RULES 9.4.

  account @0 :UInt32;
  # From which. Zero is answered `unknownAccount`. Since 1.

  to @1 :UInt32;
  # To which. Zero: to none, which is refused or comes back. Since 1.

  asset @2 :UInt32;
  # Of what. Zero is answered `invalidRequest`. Since 1.

  toShard @3 :UInt16;
  # The shard of `to`: 1 to 32,767. Zero: this one. Since 1.

  amount @4 :Int64;
  # How much, in lots or minor units; above zero. Since 1.
}

struct Split {
  # Each `denominator` lots of a symbol become `numerator`. Ledger RULES 9.5.

  symbol @0 :UInt32;
  # Which. Zero is answered `unknownSymbol`. Since 1.

  numerator @1 :Int64;
  # How many new lots; 1 to 10^6. Zero is answered `invalidRequest`. Since 1.

  denominator @2 :Int64;
  # For how many old ones; 1 to 10^6. Zero is answered `invalidRequest`. Since 1.

  cashPerLot @3 :Int64;
  # What a whole new lot is paid for where only a part is due, in minor units; 0 or more. Zero: parts are
  # lost. Since 1.
}

struct Dividend {
  # Cash for each lot that is held. Ledger RULES 9.6.

  symbol @0 :UInt32;
  # Which. Zero is answered `unknownSymbol`. Since 1.

  perLot @1 :Int64;
  # How much for a lot, in minor units of the instrument's currency; above zero. Since 1.
}

# --- The market

struct BookState {
  # Puts a book into a state. Shard RULES 2.2. The last four fields are those of `SetState`.

  symbol @0 :UInt32;
  # Which book. Zero is answered `unknownSymbol`. Since 1.

  state @1 :Order.MarketState;
  # The state. Zero: closed. Since 1.

  auction @2 :Order.AuctionKind;
  # Which auction. Not zero exactly when `state` is auction. Since 1.

  next @3 :Order.MarketState;
  # What follows at `untilNs`. If that is zero this must be open, which is 3. Zero: closed. Since 1.

  untilNs @4 :Int64;
  # When the state ends by itself, in nanoseconds since 1970 (UTC). Zero: it lasts until the next
  # command. Since 1.
}

struct BookReference {
  # Sets or clears the reference price of an instrument. Shard RULES 2.2.

  symbol @0 :UInt32;
  # Which. Zero is answered `unknownSymbol`. Since 1.

  clear @1 :Bool;
  # True: there is no reference price from now on. False: it is `priceTicks`. Since 1.

  priceTicks @2 :Int64;
  # The reference price, in ticks; any value. Zero is the price zero. Since 1.
}

struct MassCancelBook {
  # Ends every order in a book of this shard, also those of accounts of other shards. Shard RULES 2.6.

  symbol @0 :UInt32;
  # Which book. Zero is answered `unknownSymbol`. Since 1.
}

struct MarketHalt {
  # Halts every book of this shard, or lets them go on in the states that they had or would have come to
  # meanwhile. Shard RULES 2.3.

  on @0 :Bool;
  # True: halt. False: go on. Since 1.
}

struct CalendarSession {
  # One change of state that a calendar asks for. The last four fields are those of `SetState`.

  atNs @0 :Int64;
  # When, in nanoseconds since 1970 (UTC). Zero: 1970, which is never later than now. Since 1.

  state @1 :Order.MarketState;
  # The state. Zero: closed. Since 1.

  auction @2 :Order.AuctionKind;
  # Which auction. Not zero exactly when `state` is auction. Since 1.

  next @3 :Order.MarketState;
  # What follows at `untilNs`. If that is zero this must be open, which is 3. Zero: closed. Since 1.

  untilNs @4 :Int64;
  # When the state ends by itself, in nanoseconds since 1970 (UTC). Zero: it does not. Since 1.
}

struct SetCalendar {
  # Replaces the sessions of a calendar. Shard RULES 2.4.

  calendar @0 :UInt32;
  # Which: 1 to 65,535. Zero is answered `invalidRequest`. Since 1.

  sessions @1 :List(CalendarSession);
  # The sessions, by strictly rising `atNs`, later than now; up to 4,096. Empty: none. Since 1.
}

struct SetRulesVersion {
  # Raises the version of the rules that the shard applies. Shard RULES 1.7.

  rules @0 :UInt32;
  # The version, not below the one that counts now. Zero is answered `unsupportedRules`. Since 1.
}

# --- Records

enum RecordTable {
  # The tables of a shard's records. Shard RULES 7.1. The numbers equal those of
  # `messages/shard_command.hpp`.

  none @0;
  # No table. Refused by every reader.

  currencies @1;
  # What money there is, by code. Since 1.

  instruments @2;
  # What is traded, by name. Since 1.

  accounts @3;
  # Whose it is, by name. Since 1.

  users @4;
  # Who may ask, by name. Since 1.
}

struct PutRecord {
  # Writes a record, or erases it. Shard RULES 7.2. What is in the tables is in directory.capnp.

  table @0 :RecordTable;
  # In which table. Zero is refused. Since 1.

  expected @1 :UInt64;
  # The revision that the record must have now: the index of the entry that wrote it. Zero: it must not be
  # there. Since 1.

  key @2 :Data;
  # The record's key: 1 to 64 bytes. Any other number of them is answered `invalidRequest`. Since 1.

  value @3 :Data;
  # What is written: up to 4,096 bytes; more are answered `invalidRequest`. Empty: the record is erased.
  # Since 1.
}

const exampleEntry :Entry = (version = 1, index = 1001, atNs = 1767258000000000000, commands = [
  (version = 1, request = (clientHigh = 1, clientLow = 2, notAfterNs = 1767258005000000000),
   submitOrder = (symbol = 5, hasPrice = true, lease = 77, order = (
     account = 42, side = buy, type = limit, timeInForce = goodTillCancelled,
     priceTicks = 10150, quantityLots = 300))),
  (version = 1, request = (clientHigh = 1, clientLow = 3),
   submitCancel = (account = 42, namedHigh = 1, namedLow = 2)),
  (version = 1, renewLease = (account = 42, lease = 77, untilNs = 1767258030000000000))]);
# Account 42 bids 10,150 for 300 lots of symbol 5, to be done within 5 seconds and cancelled if lease 77
# lapses; then it cancels that order, which it names by its client id; then the lease is extended by 30
# seconds.
