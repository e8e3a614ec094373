@0xa13f696ee8855994;
# What one shard tells another: messages, deliveries of them, and receipts for them.
#
# From each shard to each other one there is a channel of messages, numbered 1, 2, 3 … A message stays
# with its sender until the receiver says by a receipt that it has taken it, so a delivery may repeat
# what was delivered before; the receiver passes over what it has (shard RULES, section 4). Numbers are
# not in the messages: a delivery says that of its first.
#
# A message is a command for a book of the receiver, an event of a book of the sender about an order of
# the receiver, an amount on its way, or an amount on its way back.
#
# Versions, framing, units and what a reader refuses are as in command.capnp. The example is the
# constant at the end.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bourse::schema");

using Command = import "command.capnp";
using Event = import "event.capnp";
using Reason = import "reason.capnp";

struct ChannelMessage {
  # One message.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  symbol @1 :UInt32;
  # Of a command: the book that it is for. Zero: no book, which the receiver answers `notHere`. Of all
  # others zero; anything else is refused. Since 1.

  union {
    # What is said. The struct must be there, if only with zeros in it; a null pointer is refused.
    # Since 1.

    newOrder @2 :Command.NewOrder;
    # A new order of the sender's ledger, with its id. Answered by events. Since 1.

    cancelOrder @3 :Command.CancelOrder;
    # A cancel of one. Answered by events. Since 1.

    replaceOrder @4 :Command.ReplaceOrder;
    # A replace of one. Answered by events. Since 1.

    event @5 :Event.Event;
    # What a book of the sender did with an order of the receiver, with a version of its own. Since 1.

    transfer @6 :Transferred;
    # An amount that has left an account of the sender for one of the receiver. Since 1.

    transferReturned @7 :Transferred;
    # An amount that the receiver of such a transfer could not book; `why` says why not. Since 1.
  }
}

struct Transferred {
  # An amount on its way between two accounts. Ledger RULES 9.4.

  from @0 :UInt32;
  # The account that it left. Zero: no account. Since 1.

  to @1 :UInt32;
  # The account that it is for. Zero: no account. Since 1.

  asset @2 :UInt32;
  # What it is of: a symbol by its number, a currency by its number with bit 31 set. Zero: nothing.
  # Since 1.

  why @3 :Reason.Reason;
  # Of what comes back: why it could not be booked. Zero (none) of what goes out; anything else is
  # refused there. Since 1.

  amount @4 :Int64;
  # How much, in lots of a symbol or minor units of a currency; above zero. Since 1.

  cost @5 :Int64;
  # Of lots: what they cost, in minor units, which goes with them; any value. Zero of currencies.
  # Since 1.
}

struct ChannelDelivery {
  # Messages of one shard for another, as they are handed over.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Each message carries its own as well. Since 1.

  from @1 :UInt16;
  # The shard that sent them: 1 to 32,767. Zero: none, which is answered `invalidRequest`. Since 1.

  first @2 :UInt64;
  # The number of the first message; the others follow without a gap. Zero is no number: as 1 is the
  # first there is, such a message is passed over. Since 1.

  messages @3 :List(ChannelMessage);
  # The messages. Empty: none, which asks for a receipt all the same. Since 1.
}

struct ChannelReceipt {
  # What the receiver of a channel has taken.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  from @1 :UInt16;
  # The shard that says so: 1 to 32,767. Zero: none. Since 1.

  upTo @2 :UInt64;
  # The number of the last message that it has taken. Zero: it has taken none. Since 1.
}

const exampleDelivery :ChannelDelivery = (version = 1, from = 3, first = 41, messages = [
  (version = 1, symbol = 5, newOrder = (
    id = 844424930131969, account = 42, side = buy, priceTicks = 10150, quantityLots = 300)),
  (version = 1, event = (version = 1, kind = cancelled, reason = requested, finalAnswer = true,
                         order = 281474976710660, lots = 7, account = 9, symbol = 6)),
  (version = 1, transfer = (from = 42, to = 9, asset = 2147484626, amount = 150000))]);
# Messages 41 to 43 of shard 3: its first order ever (3 × 2^48 + 1), for the book of symbol 5; an answer
# to an order of shard 1; and 1,500.00 of currency 978 for account 9.
