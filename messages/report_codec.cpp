#include "messages/report_codec.hpp"

#include <algorithm>

#include "messages/event_record.hpp"
#include "messages/message_frame.hpp"
#include "messages/report_record.hpp"
#include "messages/schema/report.capnp.h"

namespace bourse {
namespace {

// --- One ------------------------------------------------------------------------------------------

void write(const report& from, schema::Report::Builder to) {
    to.setVersion(report_version);
    write_event_fields(from.what, to);
    to.setReportNumber(from.number);
    to.setClientHigh(from.client.high);
    to.setClientLow(from.client.low);
    to.setCashMinor(from.cash.minor);
    to.setFeeMinor(from.fee.minor);
}

report read_report_version_1(schema::Report::Reader from, const record_path& at,
                             record_faults& faults) {
    report to;
    to.what = read_event_fields(from, at, faults);
    to.number = from.getReportNumber();
    to.client = {from.getClientHigh(), from.getClientLow()};
    to.cash = {from.getCashMinor()};
    to.fee = {from.getFeeMinor()};
    return to;
}

void write(const ledger_line& from, schema::LedgerLine::Builder to) {
    to.setVersion(ledger_line_version);
    to.setKind(static_cast<schema::LineKind>(from.kind));
    to.setHolder(from.holder.value);
    to.setAsset(from.asset.value);
    to.setSymbol(from.symbol.value);
    to.setAmount(from.amount);
    to.setOrder(from.order.value);
    to.setNumber(from.number);
}

ledger_line read_ledger_line_version_1(schema::LedgerLine::Reader from, const record_path& at,
                                       record_faults& faults) {
    ledger_line to;
    to.holder = {from.getHolder()};
    to.asset = {from.getAsset()};
    to.amount = from.getAmount();
    to.order = {from.getOrder()};
    to.number = from.getNumber();
    to.symbol = {from.getSymbol()};
    to.kind = checked_enum<line_kind>(from.getKind(), at, "kind", faults);
    return to;
}

// Each version that was ever written has its case, for ever.

report read(schema::Report::Reader from, const record_path& at, record_faults& faults) {
    switch (from.getVersion()) {
        case 1:
            return read_report_version_1(from, at, faults);
        default:
            faults.add_version(from.getVersion(), report_version, at);
            return {};
    }
}

ledger_line read(schema::LedgerLine::Reader from, const record_path& at, record_faults& faults) {
    switch (from.getVersion()) {
        case 1:
            return read_ledger_line_version_1(from, at, faults);
        default:
            faults.add_version(from.getVersion(), ledger_line_version, at);
            return {};
    }
}

// --- Many -----------------------------------------------------------------------------------------

template <typename Row, typename List>
void write_list(std::span<const Row> from, List to) {
    for (unsigned i = 0; i < to.size(); ++i) {
        write(from[i], to[i]);
    }
}

template <typename Row, typename List>
std::vector<Row> read_list(List from, const record_path& each, std::size_t bytes,
                           record_faults& faults) {
    // One takes at least one word, whatever the list says of its length.
    std::vector<Row> to;
    to.reserve(std::min<std::size_t>(from.size(), bytes / sizeof(capnp::word)));
    for (unsigned i = 0; i < from.size() && !faults.any(); ++i) {
        to.push_back(read(from[i], each.at(i), faults));
    }
    return to;
}

}  // namespace

void write_report(const report& from, schema::Report::Builder to) {
    write(from, to);
}

report read_report(schema::Report::Reader from, const record_path& at, record_faults& faults) {
    return read(from, at, faults);
}

void encode_report(const report& from, std::vector<std::byte>& out) {
    append_message<schema::Report>(out, root_pointer + capnp::sizeInWords<schema::Report>(),
                                   [&](schema::Report::Builder to) { write(from, to); });
}

result<report> decode_report(std::span<const std::byte> bytes) {
    return read_message<schema::Report>(
        bytes, "report",
        [](schema::Report::Reader from, const record_path& at, record_faults& faults) {
            return read(from, at, faults);
        });
}

void encode_reports(std::span<const report> from, std::vector<std::byte>& out) {
    const std::size_t words = root_pointer + capnp::sizeInWords<schema::ReportBatch>() + list_tag +
                              from.size() * capnp::sizeInWords<schema::Report>();
    append_message<schema::ReportBatch>(out, words, [&](schema::ReportBatch::Builder to) {
        to.setVersion(report_batch_version);
        write_list(from, to.initReports(static_cast<unsigned>(from.size())));
    });
}

result<std::vector<report>> decode_reports(std::span<const std::byte> bytes) {
    const auto read_batch = [&](schema::ReportBatch::Reader from, const record_path& at,
                                record_faults& faults) -> std::vector<report> {
        switch (from.getVersion()) {
            case 1:
                return read_list<report>(from.getReports(), record_path("report"), bytes.size(),
                                         faults);
            default:
                faults.add_version(from.getVersion(), report_batch_version, at);
                return {};
        }
    };
    return read_message<schema::ReportBatch>(bytes, "reportBatch", read_batch);
}

void encode_ledger_line(const ledger_line& from, std::vector<std::byte>& out) {
    append_message<schema::LedgerLine>(out, root_pointer + capnp::sizeInWords<schema::LedgerLine>(),
                                       [&](schema::LedgerLine::Builder to) { write(from, to); });
}

result<ledger_line> decode_ledger_line(std::span<const std::byte> bytes) {
    return read_message<schema::LedgerLine>(
        bytes, "ledgerLine",
        [](schema::LedgerLine::Reader from, const record_path& at, record_faults& faults) {
            return read(from, at, faults);
        });
}

void encode_ledger_lines(std::span<const ledger_line> from, std::vector<std::byte>& out) {
    const std::size_t words = root_pointer + capnp::sizeInWords<schema::LedgerLineBatch>() +
                              list_tag + from.size() * capnp::sizeInWords<schema::LedgerLine>();
    append_message<schema::LedgerLineBatch>(out, words, [&](schema::LedgerLineBatch::Builder to) {
        to.setVersion(ledger_line_batch_version);
        write_list(from, to.initLines(static_cast<unsigned>(from.size())));
    });
}

result<std::vector<ledger_line>> decode_ledger_lines(std::span<const std::byte> bytes) {
    const auto read_batch = [&](schema::LedgerLineBatch::Reader from, const record_path& at,
                                record_faults& faults) -> std::vector<ledger_line> {
        switch (from.getVersion()) {
            case 1:
                return read_list<ledger_line>(from.getLines(), record_path("ledgerLine"),
                                              bytes.size(), faults);
            default:
                faults.add_version(from.getVersion(), ledger_line_batch_version, at);
                return {};
        }
    };
    return read_message<schema::LedgerLineBatch>(bytes, "ledgerLineBatch", read_batch);
}

}  // namespace bourse
