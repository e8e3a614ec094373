@0xdd99045d3f9269af;
# What the directory knows by name: the values of the records that a shard holds.
#
# A record has a table, a key and a value (shard RULES, section 7; `PutRecord` in entry.capnp). The key is
# the name, as ASCII; the value is one message of the record that is here for the table:
#
#     table         record             key
#     currencies    CurrencyRecord     a code, as USD: [A-Z0-9]{3,8}
#     instruments   InstrumentRecord   what it is traded under, as AAPL: [A-Z0-9._-]{1,16}
#     accounts      AccountRecord      a name, as alice: [a-z0-9._-]{1,32}
#     users         UserRecord         a name, as bob.trading: [a-z0-9._-]{1,32}
#
# A value does not repeat its name. The shard does not look into it; what may be in it, and how it comes
# there, is said in actors/directory. A reader here refuses what cannot be represented, and carries all else
# through; whether a record can be used is answered with a sentence by `find_fault`
# (`messages/directory_records.hpp`), whose conditions are repeated below.
#
# Decimal numbers are exact: digits / 10^places, without trailing zeros, places 0 to 18.
#
# Versions, framing and other units are as in command.capnp, assets as in entry.capnp. The examples are the
# constants at the end.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bourse::schema");

using Entry = import "entry.capnp";
using Listing = import "listing.capnp";

enum RecordState {
  # How far the act that makes a thing has come. The numbers equal those of
  # `messages/directory_records.hpp`.

  begun @0;
  # Name and id are taken; its shard may not know it yet. Since 1.

  ready @1;
  # Its shard knows it. Since 1.
}

struct CurrencyRecord {
  # A currency.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  decimals @1 :UInt8;
  # The places of its minor unit: 2 for cents; 0 to 18. Zero: it has none. Since 1.

  id @2 :UInt32;
  # Its number: 1 to 2^31 - 1. Zero is a fault. Since 1.
}

struct InstrumentRecord {
  # An instrument.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  state @1 :RecordState;
  # How far it has come. Zero: begun. Since 1.

  tickPlaces @2 :UInt8;
  # The places of `tickDigits`. Since 1.

  lotPlaces @3 :UInt8;
  # The places of `lotDigits`. Since 1.

  tickDigits @4 :Int64;
  # What one tick of a price is in the currency, in 1/10^tickPlaces; above zero. Since 1.

  lotDigits @5 :Int64;
  # What one lot is in units of the instrument, in 1/10^lotPlaces; above zero. Since 1.

  currency @6 :Text;
  # The code of what it is paid in; 1 to 64 bytes. Its number is in `terms`. Since 1.

  description @7 :Text;
  # For people, UTF-8; up to 256 bytes. Since 1.

  terms @8 :Listing.Listing;
  # As the shard with its book lists it, with a version of its own. A null pointer is refused. Since 1.
}

struct OpeningDeposit {
  # Something that an account is given when it is opened.

  asset @0 :UInt32;
  # Of what. Zero is a fault. Since 1.

  amount @1 :Int64;
  # How much, in lots or minor units; above zero. Since 1.
}

struct AccountRecord {
  # An account.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  state @1 :RecordState;
  # How far it has come. Zero: begun. Since 1.

  kind @2 :Entry.AccountKind;
  # What it may do. Zero: cash. Since 1.

  tier @3 :UInt8;
  # Which of the tiers of fees counts for it: 0 to 7. Zero is the first tier. Since 1.

  home @4 :UInt16;
  # The shard whose ledger has it: 1 to 32,767. Zero is a fault. Since 1.

  id @5 :UInt32;
  # Its number: 1 to 2^31 - 1. Zero is a fault. Since 1.

  tradeGroup @6 :UInt32;
  # Its trade group. Zero: none. Since 1.

  riskGroup @7 :UInt32;
  # Its risk group. Zero: none. Since 1.

  depositsUntilNs @8 :Int64;
  # The last moment at which `deposits` may be made, in nanoseconds since 1970 (UTC). Zero if there are none.
  # Since 1.

  deposits @9 :List(OpeningDeposit);
  # What it is opened with, by rising asset, each once; up to 64. Empty: nothing. Since 1.
}

enum UserRole {
  # What a user may do. The numbers equal those of `messages/directory_records.hpp`.

  viewer @0;
  # Reads its accounts and the market. Since 1.

  trader @1;
  # Trades for its accounts, too. Since 1.

  marketOperator @2;
  # Everything, for every account. Since 1.
}

struct KeyHash {
  # A key of a user, as it is stored: it lets one check a secret, and not find it.

  id @0 :Text;
  # The key's id: 8 lower-case hexadecimal digits. Since 1.

  hash @1 :Text;
  # Argon2id, in the form of `crypto_pwhash_str` of libsodium; 1 to 127 bytes. Since 1.
}

struct UserRecord {
  # A user.

  version @0 :UInt16;
  # The version of this record: 1. Zero is refused. Since 1.

  role @1 :UserRole;
  # What it may do. Zero: viewer. Since 1.

  revoked @2 :Bool;
  # No key of it opens anything any more. Since 1.

  accounts @3 :List(UInt32);
  # The accounts that it may act for, rising; up to 256. An operator may for all, and has none here. Since 1.

  keys @4 :List(KeyHash);
  # The keys that count, the oldest first; up to 8. Empty: none does. Since 1.
}

const exampleCurrency :CurrencyRecord = (version = 1, decimals = 2, id = 1);
# USD, in cents.

const exampleInstrument :InstrumentRecord = (
  version = 1, state = ready, tickDigits = 1, tickPlaces = 2, lotDigits = 1, currency = "USD",
  description = "Apple Inc.",
  terms = (version = 1, bookShard = 1, currency = 1, protectionBps = 500, tickValue = 1,
           rules = (version = 1, symbol = 1, maxOrders = 1000000, maxHiddenOrders = 1024, lot = 1,
                    ticks = [(fromTicks = 0, tickTicks = 1)])));
# AAPL: symbol 1, in dollars, by cents and whole shares.

const exampleAccount :AccountRecord = (
  version = 1, state = begun, kind = cash, home = 1, id = 1, depositsUntilNs = 1767258005000000000,
  deposits = [(asset = 0x80000001, amount = 10000000)]);
# alice: account 1, to be given 100,000.00 of currency 1.

const exampleUser :UserRecord = (
  version = 1, role = trader, accounts = [1], keys = [(id = "5f0c19ab", hash = "$argon2id$v=19$…")]);
# A trader for account 1 with one key.
