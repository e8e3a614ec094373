#pragma once

#include <string_view>

/// The tables of a history's file. `about`: one row a number that the file has of its own.
namespace bourse::history_tables {

inline constexpr long long application = 0x424F5548;  ///< "BOUH", as SQLite's application_id
inline constexpr long long version = 1;               ///< as SQLite's user_version

inline constexpr std::string_view make = R"(
CREATE TABLE about (what INTEGER PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE shards (shard INTEGER PRIMARY KEY, cursor INTEGER NOT NULL, at INTEGER NOT NULL, orders INTEGER NOT NULL);
CREATE TABLE gaps (shard INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
                   PRIMARY KEY (shard, first)) WITHOUT ROWID;
CREATE TABLE orders (id INTEGER PRIMARY KEY, account INTEGER NOT NULL, symbol INTEGER NOT NULL, side INTEGER NOT NULL,
                     price INTEGER NOT NULL, lots INTEGER NOT NULL, filled INTEGER NOT NULL, remaining INTEGER NOT NULL,
                     open INTEGER NOT NULL, reason INTEGER NOT NULL, client_high INTEGER NOT NULL,
                     client_low INTEGER NOT NULL, at INTEGER NOT NULL, changed INTEGER NOT NULL);
CREATE INDEX orders_of_account ON orders (account);
CREATE INDEX orders_of_symbol ON orders (symbol);
CREATE INDEX open_orders ON orders (account) WHERE open = 1;
CREATE TABLE trades (at INTEGER NOT NULL, symbol INTEGER NOT NULL, number INTEGER NOT NULL, price INTEGER NOT NULL,
                     lots INTEGER NOT NULL, aggressor INTEGER NOT NULL, buyer INTEGER NOT NULL,
                     seller INTEGER NOT NULL, buy INTEGER NOT NULL, sell INTEGER NOT NULL,
                     PRIMARY KEY (at, symbol, number)) WITHOUT ROWID;
CREATE INDEX trades_of_symbol ON trades (symbol);
CREATE INDEX trades_of_buyer ON trades (buyer);
CREATE INDEX trades_of_seller ON trades (seller);
)";

/// Rows of `about`.
inline constexpr int owner_row = 1;
inline constexpr int trades_row = 2;   ///< how many trades are kept
inline constexpr int dropped_row = 3;  ///< how many orders and trades retention has dropped

}  // namespace bourse::history_tables
