@0x9cde8be2c7f980e6;
# What clients say to the exchange, and what it says to them: generate a client from this file and those that it uses.
#
# In short. Connect by TCP, with TLS where the node asks for it; the protocol is Cap'n Proto RPC between two
# parties, and the node's bootstrap capability is an `Exchange`. Give `login` a key and get a `Session`. Ask it for
# `instruments` and `accounts` once, for the numbers behind names; then `submit` lists of commands, and
# `subscribe…` to be told what happens:
#
#     exchange = bootstrap()
#     login    = exchange.login(key = "alice.5f0c19ab.nHkq8…")     → status ok, session, accounts [42]
#     names    = session.instruments(after = "", most = 1000)      → AAPL is symbol 5, its tick 0.01, its lot 1
#     answer   = session.submit([ (version = 1, submitOrder = (symbol = 5, hasPrice = true, order = (
#                    account = 42, side = buy, type = limit, priceTicks = 58533, quantityLots = 100))) ])
#                                                                  → status ok, outcomes [ accepted, order … ]
#
# What became of a call. Everything that can be expected comes as a `Status` in the results, not as an exception.
# What it says is about the call as a whole; what the market said to a command of a list is in that command's
# outcome, and then the status is `ok`. Four answers ask for four ways to go on:
#
# | status                                  | what was done         | what to do                               |
# |-----------------------------------------|-----------------------|------------------------------------------|
# | `ok`, an outcome with a reason          | that command: refused | change it                                |
# | `overloaded`, `storageFull`             | nothing               | again, after `retryAfterMs`              |
# | `unknownOutcome`, or the connection     | perhaps all, perhaps  | again with the same client ids: what was |
# | broke before the results came           | nothing               | done is answered `repeated`, and not     |
# |                                         |                       | done again                               |
# | any other                               | nothing               | change the call; `why` says how          |
#
# An exception means that the connection is of no use any more, that a method is not there (an older node), or that a
# message was nested too deep to be read; a session goes on after the last two.
#
# Sure to be done once. A command may carry a client id, any 16 bytes, in `request` (entry.capnp). The exchange
# remembers it for a day, unless `notAfterNs` says less, and answers a second command of the same id and account
# with the first one's outcome. Commands without a client id must not be sent again after an unknown outcome. Ids
# whose upper half has all bits set are the exchange's own, and are refused.
#
# Order. Calls of one session are taken in the order in which they are sent; no need to wait for the results of
# one before sending the next. The commands of a list are done in order, too, and each has its own outcome: a list is
# no transaction. `ok` means that the commands are on disk (on a majority of replicas, where there are several).
#
# Numbers and units. Symbols, accounts and currencies are numbers, which `instruments` and `accounts` give names to;
# prices are whole ticks, quantities whole lots, money whole minor units (cents). What a tick, a lot and a minor
# unit are, `Instrument` says in decimals. Assets are symbols by their number and currencies by their number with
# bit 31 set. Times are nanoseconds since 1970 (UTC), without leap seconds. No floating point anywhere. Numbers of
# 128 bits are two fields: xHigh × 2^64 + xLow in two's complement, the upper half with the sign.
#
# Pushes, and how fast they come. A subscription calls the client's sink. The sink's method must return when the
# client has taken what it was given, and not before: that is its credit, and only so many calls are under way at a
# time. Reports are never left out: whoever is slower than they come gets them later, in larger lists, and from
# storage. Market data of a slow reader is conflated: what lay between is left out, and it gets a new snapshot that
# says so. A client that takes nothing at all for long is disconnected.
#
# Limits. A message of up to 2 MiB and 64 levels of nesting, 4,096 commands a list, 1,024 calls in flight and 256
# subscriptions a session; a connection must log in within ten seconds, and be heard of every two minutes:
# `keepAlive` will do. What is beyond is refused with a sentence; a connection that sends a message beyond, or
# nothing, ends.
#
# Versions. Methods, fields and enumerators are appended, never removed and never given another meaning: an older
# client can talk to a newer node, and a newer client finds what is not there as zero or as an exception
# "unimplemented". The records inside commands and reports carry their own version, which is 1 and must be set.
# `Since 1` is protocol 1, the first.
#
# The files that this one uses say more: entry.capnp the commands, report.capnp the reports, order.capnp and
# reason.capnp their words, view.capnp all that is shown, listing.capnp and instrument.capnp the rules of an instrument.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bourse::rpc");

using Entry = import "entry.capnp";
using Listing = import "listing.capnp";
using Report = import "report.capnp";
using View = import "view.capnp";

const protocol :UInt32 = 1;
# The newest protocol that this file says. Since 1.

# --- What became of a call

enum StatusCode {
  # What became of a call as a whole.

  ok @0;
  # It was done. Of `submit`: each command has its outcome, which may be a refusal. Since 1.

  notLoggedIn @1;
  # The key opens nothing, or was revoked, or the session has ended. Nothing was done: log in. Since 1.

  notPermitted @2;
  # The user's role or accounts do not allow it. Nothing was done. Since 1.

  malformed @3;
  # Something in it cannot be. Nothing was done; `why` says what is wrong and what would be right. Since 1.

  notFound @4;
  # It names something that is not there. Nothing was done. Since 1.

  overloaded @5;
  # A bound was reached. Nothing was done: again after `retryAfterMs`; if that is zero, when something of the client's own
  # has ended, as one of its sessions or subscriptions. Since 1.

  storageFull @6;
  # The node's disk is full. Nothing was done; cancels are still taken. Since 1.

  unavailable @7;
  # The node is stopping, or the shard has no leader. Nothing was done: again later, perhaps elsewhere. Since 1.

  unknownOutcome @8;
  # Perhaps done, perhaps not. Again with the same client ids, and the outcome comes. Since 1.

  notKept @9;
  # What is asked for is older than what is kept; `why` says from where on there is something. Since 1.
}

struct Status {
  # What became of a call.

  code @0 :StatusCode;
  # What. Zero: it was done. One that a client does not know is to be taken as `unknownOutcome`. Since 1.

  retryAfterMs @1 :UInt32;
  # When it may be tried again, in milliseconds from now. Zero: nothing is said about that. Since 1.

  why @2 :Text;
  # For people: what was wrong, and what would be right. Programs must not read it. Empty if it was done. Since 1.
}

# --- The way in

interface Exchange {
  # A node, before anybody has logged in. The bootstrap capability of a connection.

  about @0 () -> (program :Text, version :Text, protocol :UInt32);
  # What is there: `program` is "bourse", `version` its version for people ("0.1.0"), `protocol` the newest that it
  # speaks (1; never zero). Anybody may ask. Since 1.

  login @1 (key :Text, options :LoginOptions) -> (status :Status, session :Session, login :Login);
  # Opens a session with a key as `addUser` or the node gave it out: `NAME.KEYID.SECRET`. Takes a tenth of a
  # second on purpose. `notLoggedIn` if the key opens nothing, and nothing is said about why; `overloaded` if there
  # are too many sessions, or too many that try. Up to 16 sessions a connection. `session` is null unless the
  # status is ok. The session ends with `logout`, when the capability is dropped, or with the connection. Since 1.
}

struct LoginOptions {
  # How a session is to be.

  cancelOnDisconnectMs @0 :UInt32;
  # Not zero: the session's orders are cancelled when nothing has been heard of the client for so many
  # milliseconds, and when its session or connection ends; 1,000 to 3,600,000. Zero: orders outlive the session.
  # Since 1.

  client @1 :Text;
  # The program that this is, for the node's logs: up to 64 bytes. Empty: not said. Since 1.
}

enum Role {
  # What a user may do. The numbers equal those of `messages/directory_records.hpp`.

  viewer @0;
  # Reads its accounts, and the market. Since 1.

  trader @1;
  # Trades for its accounts, too. Since 1.

  marketOperator @2;
  # Everything, for every account. Since 1.
}

struct Login {
  # Who has logged in, and what a session takes.

  session @0 :UInt64;
  # The session's number, for logs and the console: 1, 2, 3 … since the node's start. Zero: none was opened. Since 1.

  user @1 :Text;
  # The user's name. Since 1.

  role @2 :Role;
  # What it may do. Zero: viewer. Since 1.

  accounts @3 :List(UInt32);
  # The accounts that are its own, rising. Empty for an operator, who has all. Since 1.

  maxCommands @4 :UInt32;
  # The most commands in one `submit`. Never zero. Since 1.

  maxInFlight @5 :UInt32;
  # The most calls in flight; more are answered `overloaded`. Never zero. Since 1.
}

# --- A session

interface Session {
  # One user at work. Calls are taken in the order in which they are sent.

  submit @0 (commands :List(Entry.ShardCommand)) -> (status :Status, index :UInt64, outcomes :List(Report.Report));
  # Does commands, in the order of the list: orders, cancels, replaces, mass cancels; and for an operator
  # accounts, limits, deposits, halts and the like. 1 to 4,096 commands; one that a client may not send
  # (`renewLease`, `listInstrument`, `openAccount` and records, for which there are methods below; channels) makes the call `notPermitted` or
  # `malformed`, and nothing is done. `SubmitOrder.lease` must be zero: it is the session's to set.
  #
  # `index` is the entry of the shard's log that has the last of them; zero unless ok. `outcomes` has an element a
  # command, in order: the first report that answers it. Its kind says whether it was `accepted`, `rejected`, `replaced`,
  # …, and what follows (fills) comes as reports. Kind `none`: it was done, and no
  # report answers it: of a mass cancel the reports of the orders that it cancelled tell, each of its own order. A command to a
  # book (state, reference price) is `commandDone` when the book was told; what it made of it, `book` shows. Of two in one list with one
  # client id, one is `repeated` with `pending`: the other's outcome is both'. Kind `repeated`: its client id is known, and `reason`, `order` and `number` are those of
  # the first time. Since 1.

  orders @1 (account :UInt32) -> (status :Status, asOf :UInt64, orders :List(View.OpenOrder));
  # The orders of an account that are open, by rising order id, as of entry `asOf` of its shard's log. `malformed` if they are more
  # than one message of 2 MiB has room for (about 29,000): `history` has them a page at a time. `notFound`: no such account.
  # Since 1.

  portfolio @2 (account :UInt32) -> (status :Status, portfolio :View.Portfolio);
  # What an account has. `notFound`: no such account. Since 1.

  book @3 (symbol :UInt32, depth :UInt32) -> (status :Status, book :View.Book);
  # The best `depth` levels of each side, up to 10,000. Zero: 10. Since 1.

  instruments @4 (after :Text, most :UInt32) -> (status :Status, instruments :List(View.Instrument), isLast :Bool);
  # What is traded, by rising name, behind the name `after` (empty: from the first), at most `most` (zero: 1,000;
  # up to 1,000). `isLast`: there are no more behind these. Since 1.

  accounts @5 (after :Text, most :UInt32) -> (status :Status, accounts :List(View.Account), isLast :Bool);
  # The accounts that the user may see, likewise. Since 1.

  history @6 (query :View.HistoryQuery) -> (status :Status, history :View.History);
  # Orders or trades of the past, the newest first. Since 1.

  subscribeReports @7 (account :UInt32, from :UInt64, sink :ReportSink)
                   -> (status :Status, subscription :Subscription);
  # The reports of an account: those that are kept from number `from` on, then new ones as they come, in order and none
  # left out. Zero: only new ones. Who has kept reports up to n resumes with n + 1. `notKept` if `from` is older than what
  # is kept. `subscription` is null unless ok. Since 1.

  subscribeMarket @8 (symbol :UInt32, feed :View.MarketFeed, depth :UInt32, sink :MarketSink)
                  -> (status :Status, subscription :Subscription);
  # A symbol's market data: a snapshot, then what changes. `depth` counts for `MarketFeed.depth` alone: levels a
  # side, up to 1,000; zero: 20. Since 1.

  addInstrument @9 (instrument :NewInstrument) -> (status :Status, text :Text);
  # Operator: lists an instrument. Done already, and equal: ok. There, and different: `malformed`, and `why` says
  # what differs. `text` says for people what was done. Safe to send again. Since 1.

  openAccount @10 (account :NewAccount) -> (status :Status, text :Text);
  # Operator: opens an account, with what it is given. As `addInstrument`; its gifts are given once. Since 1.

  addUser @11 (name :Text, role :Role, accounts :List(Text)) -> (status :Status, key :Text);
  # Operator: a new user, `name` of [a-z0-9._-], 1 to 32; its accounts by name, up to 256; none for an operator. `key` is
  # its key, the only time that it is said. Since 1.

  revokeUser @12 (name :Text) -> (status :Status, text :Text);
  # Operator: no key of this user opens anything from now on; its sessions end. For ever. Since 1.

  console @13 (what :Text, name :Text) -> (status :Status, table :Table);
  # Operator: what is running. `what` is nodes, shards, actors, sessions, gateway, books, sinks, status or log-level; `name` one
  # of them (empty: all), or for log-level the level to set. `notFound` names those that there are. Acts: accept-clock trusts
  # the node's clock again, after it has jumped; make-void, with an entry's index as `name`, has all replicas skip
  # the entry that a shard cannot apply. Since 1.

  keepAlive @14 () -> (status :Status);
  # Nothing, as a sign of life. Since 1.

  logout @15 () -> ();
  # Ends the session. What was sent before is done before. Since 1.
}

# --- What is told

interface Subscription {
  # Something that a client is told, until it drops this capability or ends it.

  end @0 () -> ();
  # Nothing more will be pushed once this has returned. Since 1.
}

interface ReportSink {
  # A client's: takes an account's reports.

  take @0 (account :UInt32, reports :List(Report.Report), atNs :List(Int64)) -> ();
  # Reports with rising numbers, none left out, and when each happened: up to some thousands a call, and those of one entry of the log
  # in several calls if they are more. To return when the client has them. May be called before `subscribeReports` has been answered. A sink that
  # answers with an exception is told that it has `ended`. Since 1.

  ended @1 (status :Status) -> ();
  # There will be no more; why, `status` says. Since 1.
}

interface MarketSink {
  # A client's: takes a symbol's market data.

  take @0 (update :View.MarketUpdate) -> ();
  # A snapshot or an increment. To return when the client has it. Since 1.

  ended @1 (status :Status) -> ();
  # There will be no more; why, `status` says. Since 1.
}

# --- What an operator asks for

struct NewInstrument {
  # An instrument to be listed.

  name @0 :Text;
  # [A-Z0-9._-], 1 to 16. Since 1.

  currency @1 :Text;
  # What it is paid in, [A-Z0-9], 3 to 8; made with 2 decimals if it is not there. Empty: USD. Since 1.

  tick @2 :Text;
  # What one tick is worth, in exact decimals of the currency. Empty: "0.01". Since 1.

  lot @3 :Text;
  # What one lot is, in exact decimals. Empty: "1". Since 1.

  description @4 :Text;
  # For people, up to 256 bytes. Empty: nothing. Since 1.

  terms @5 :Listing.Listing;
  # Its rules and fees; symbol, currency, tick value and shard are filled in, and zero here. Null: no fees, no limits,
  # no bands. Since 1.
}

struct NewAccount {
  # An account to be opened.

  name @0 :Text;
  # [a-z0-9._-], 1 to 32. Since 1.

  kind @1 :Entry.AccountKind;
  # What it may do. Zero: cash. Since 1.

  tier @2 :UInt8;
  # Of fees: 0 to 7. Zero is the first tier. Since 1.

  tradeGroup @3 :UInt32;
  # Accounts of one trade group count as one owner for self-trade prevention. Zero: it stands alone. Since 1.

  riskGroup @4 :UInt32;
  # Accounts of one risk group have limits together. Zero: none. Since 1.

  gifts @5 :List(Gift);
  # What it is given, each asset once, up to 64. Empty: nothing. Since 1.

  struct Gift {
    # Something that it is given.

    ofInstrument @0 :Bool;
    # True: lots of an instrument. False: money. Since 1.

    asset @1 :Text;
    # The currency's or instrument's name. Since 1.

    amount @2 :Text;
    # How much, in exact decimals: "100000", "0.5". Since 1.
  }
}

struct Table {
  # A table for people.

  columns @0 :List(Text);
  # What the columns are called. Since 1.

  rows @1 :List(Row);
  # The rows. Since 1.

  struct Row {
    # One row.

    cells @0 :List(Text);
    # As many as there are columns. Since 1.
  }
}

const exampleSubmit :List(Entry.ShardCommand) = [
  (version = 1, request = (clientHigh = 1, clientLow = 2), submitOrder = (symbol = 5, hasPrice = true, order = (
     account = 42, side = buy, type = limit, priceTicks = 58533, quantityLots = 100))),
  (version = 1, submitMassCancel = (account = 42, symbol = 5, sides = sell))];
# Account 42 buys 100 lots at 58,533 ticks or better, so that the order can safely be sent again; then it cancels
# all that it offers in the same symbol.
