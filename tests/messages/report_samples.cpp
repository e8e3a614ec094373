// Samples of what a shard tells.
#include "shard_samples.hpp"

namespace bourse::samples {

report distinct_report() {
    report told;
    told.what = distinct_event();
    told.what.kind = event_kind::repeated;
    told.what.reason = reason::disconnected;
    told.what.flags = event::pending | event::aggressor;
    told.number = 0x2122232425262728;
    told.client = {0x3132333435363738, 0x4142434445464748};
    told.cash = {-51};
    told.fee = {52};
    return told;
}

ledger_line distinct_ledger_line() {
    ledger_line line;
    line.holder = fee_holder;
    line.asset = {0x800003d2};
    line.amount = -61;
    line.order = {0x0102030405060708};
    line.number = 0x1112131415161718;
    line.symbol = {0x21222324};
    line.kind = line_kind::dividend;
    return line;
}

report random_report(random_records& random) {
    report told;
    told.what = random.event();
    told.number = random.integer<std::uint64_t>();
    told.client = {random.integer<std::uint64_t>(), random.integer<std::uint64_t>()};
    told.cash = {random.integer<std::int64_t>()};
    told.fee = {random.integer<std::int64_t>()};
    return told;
}

ledger_line random_ledger_line(random_records& random) {
    ledger_line line;
    line.holder = {random.integer<std::uint32_t>()};
    line.asset = {random.integer<std::uint32_t>()};
    line.amount = random.integer<std::int64_t>();
    line.order = {random.integer<std::uint64_t>()};
    line.number = random.integer<std::uint64_t>();
    line.symbol = {random.integer<std::uint32_t>()};
    line.kind = random.any_of<line_kind>();
    return line;
}

}  // namespace bourse::samples
