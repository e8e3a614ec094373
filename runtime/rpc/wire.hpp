#pragma once

#include <string>
#include <vector>

#include "messages/record_fault.hpp"
#include "messages/schema/exchange.capnp.h"
#include "messages/session_message.hpp"

/// The structs of view.capnp and exchange.capnp, to and from those of session_message.hpp: what gateway and client
/// library share. What is read is checked: numbers that mean nothing are a fault.
namespace bourse {

// --- Written by a gateway, read by a client ------------------------------------------------------

void write(const request_refused& from, rpc::Status::Builder to);
/// Nothing when the status is ok.
[[nodiscard]] std::optional<request_refused> read_status(rpc::Status::Reader from);

void write(const order_standing& from, rpc::OpenOrder::Builder to);
void write(const portfolio_answer& from, rpc::Portfolio::Builder to);
void write(const level_line& from, rpc::Level::Builder to);
void write(const book_answer& from, rpc::Book::Builder to);
void write(const instrument_line& from, rpc::Instrument::Builder to);
void write(const account_line& from, rpc::Account::Builder to);
void write(const history_answer& from, rpc::History::Builder to);
void write(const market_push& from, rpc::MarketUpdate::Builder to);
void write(const table_answer& from, rpc::Table::Builder to);

[[nodiscard]] order_standing read(rpc::OpenOrder::Reader from, const record_path& at,
                                  record_faults& faults);
[[nodiscard]] portfolio_answer read(rpc::Portfolio::Reader from);
[[nodiscard]] book_answer read(rpc::Book::Reader from, const record_path& at,
                               record_faults& faults);
[[nodiscard]] instrument_line read(rpc::Instrument::Reader from, const record_path& at,
                                   record_faults& faults);
[[nodiscard]] account_line read(rpc::Account::Reader from, const record_path& at,
                                record_faults& faults);
[[nodiscard]] history_answer read(rpc::History::Reader from, const record_path& at,
                                  record_faults& faults);
[[nodiscard]] market_push read(rpc::MarketUpdate::Reader from, const record_path& at,
                               record_faults& faults);
[[nodiscard]] table_answer read(rpc::Table::Reader from);

// --- Written by a client, read by a gateway ------------------------------------------------------

void write(const history_request& from, rpc::HistoryQuery::Builder to);
void write(const add_instrument& from, rpc::NewInstrument::Builder to);
void write(const open_named_account& from, rpc::NewAccount::Builder to);

[[nodiscard]] history_request read(rpc::HistoryQuery::Reader from, const record_path& at,
                                   record_faults& faults);
[[nodiscard]] add_instrument read(rpc::NewInstrument::Reader from, const record_path& at,
                                  record_faults& faults);
[[nodiscard]] open_named_account read(rpc::NewAccount::Reader from, const record_path& at,
                                      record_faults& faults);

[[nodiscard]] user_role read_role(rpc::Role from, const record_path& at, record_faults& faults);
[[nodiscard]] market_feed read_feed(rpc::MarketFeed from, const record_path& at,
                                    record_faults& faults);

// --- Lists ---------------------------------------------------------------------------------------

/// `count` as the length of a list, which has 29 bits. What is written here is bounded far below.
[[nodiscard]] inline unsigned list_size(std::size_t count) noexcept {
    return static_cast<unsigned>(count);
}

template <typename Row, typename List>
void write_list(const std::vector<Row>& from, List to) {
    for (unsigned i = 0; i < to.size(); ++i) {
        write(from[i], to[i]);
    }
}

[[nodiscard]] std::string text_of(capnp::Text::Reader from);
[[nodiscard]] std::vector<std::string> read_texts(capnp::List<capnp::Text>::Reader from);
void write_texts(const std::vector<std::string>& from, capnp::List<capnp::Text>::Builder to);

}  // namespace bourse
