#include "storage/checkpoint.hpp"

#include <algorithm>
#include <array>

#include "messages/assert.hpp"
#include "storage/memory_faults.hpp"
#include "storage/row_format.hpp"

namespace bourse {
namespace {

constexpr row_table label_table{0};
constexpr row_table rows_table{1};

constexpr std::array<char, 8> label_magic = {'B', 'O', 'U', 'R', 'S', 'E', 'C', '\n'};
constexpr std::uint32_t label_version = 1;

// Before each row of a piece: the lengths of key and value.
constexpr std::size_t key_length_bytes = 2;
constexpr std::size_t value_length_bytes = 4;

row_label label_of(const checkpoint_options& options) {
    return {label_magic, label_version, options.owner, options.shard.value};
}

constexpr const char* advice =
    "; move the folder away and get the state from another replica or a backup";

error damaged_checkpoint(const std::string& path, const std::string& what) {
    return {errc::corrupt, path + ": " + what + advice};
}

error bad_sum(const std::string& path, row_bytes key) {
    return damaged_checkpoint(path, "the row " + hexadecimal(key) + " is not what was stored");
}

bool is_above(row_bytes key, row_bytes last) {
    return std::ranges::lexicographical_compare(last, key);
}

/// Rows between the cursor and who looks at them: asked for from memory when the cursor is there, and looked at three
/// together, some later.
class rows_ahead {
public:
    /// True: `next` is to be looked at, and forgotten.
    [[nodiscard]] bool add(const sealed_row& row) noexcept {
        for (std::size_t at = 0; at < std::min(row.sealed.size(), most_ahead_bytes); at += 64) {
            __builtin_prefetch(row.sealed.data() + at);
        }
        rows_.at(count_++) = row;
        return count_ == rows_.size();
    }
    [[nodiscard]] std::span<const sealed_row> next() const noexcept {
        return std::span(rows_).first(std::min(count_, together));
    }
    void forget_next() noexcept {
        std::copy(rows_.begin() + together, rows_.end(), rows_.begin());
        count_ -= std::min(count_, together);
    }

private:
    static constexpr std::size_t together = 3;
    static constexpr std::size_t most_ahead_bytes = 256;
    std::array<sealed_row, 3 * together> rows_;
    std::size_t count_ = 0;
};

void append(row_bytes bytes, std::vector<std::byte>& to) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

}  // namespace

std::vector<std::string> checkpoint_tables() {
    return {"head", "rows"};
}

// --- opening ---------------------------------------------------------------------------------------

result<std::unique_ptr<checkpoint>> checkpoint::open(row_store& store,
                                                     const checkpoint_options& options) {
    std::unique_ptr<checkpoint> opened(new checkpoint(store, options));
    if (auto read = opened->read_head(); !read) {
        return read.error();
    }
    return opened;
}

outcome checkpoint::read_head() {
    const auto reader = store_.read();
    if (!reader) {
        return reader.error();
    }
    const auto stored = (*reader)->get(label_table, label_key());
    if (!stored) {
        return stored.error();
    }
    if (!*stored) {
        bool has_rows = false;
        auto scanned = (*reader)->scan(rows_table, {}, [&](row_bytes, row_bytes) {
            has_rows = true;
            return false;
        });
        if (!scanned) {
            return scanned;
        }
        return has_rows
                   ? outcome(damaged_checkpoint(store_.path(), "there are rows without a head"))
                   : done{};
    }
    const auto value = check_label(label_of(options_), **stored, store_.path());
    if (!value) {
        return value.error();
    }
    row_reading reading(*value);
    checkpoint_head found;
    found.at.index = reading.number(8);
    found.at.term = reading.number(8);
    found.rows = reading.number(8);
    found.sum = reading.number(8);
    found.payload.assign(reading.rest().begin(), reading.rest().end());
    if (!reading.is_good() || found.payload.size() > max_checkpoint_payload_bytes) {
        return damaged_checkpoint(store_.path(), "its head has a wrong length");
    }
    head_ = std::move(found);
    return done{};
}

// --- taking one ------------------------------------------------------------------------------------

outcome checkpoint::begin() {
    if (store_.dead()) {
        return *store_.dead();
    }
    BOURSE_ASSERT(!is_under_way());
    coming_.reset();
    next_ = head_.value_or(checkpoint_head{});
    return store_.begin();
}

/// Takes what is stored under the key, if anything, out of the sums.
outcome checkpoint::count_out(row_bytes key) {
    const auto stored = store_.get(rows_table, key);
    if (!stored) {
        return stored.error();
    }
    if (*stored) {
        if ((*stored)->size() < seal_bytes) {
            return bad_sum(store_.path(), key);
        }
        --next_.rows;
        next_.sum -= seal_of(**stored);
    }
    return done{};
}

outcome checkpoint::put_sealed(row_bytes key, row_bytes sealed) {
    auto put = store_.put(rows_table, key, sealed);
    if (put) {
        ++next_.rows;
        next_.sum += seal_of(sealed);
    }
    return put;
}

outcome checkpoint::put(row_bytes key, row_bytes value) {
    if (store_.dead()) {
        return *store_.dead();
    }
    BOURSE_ASSERT(is_under_way() && !coming_ && !key.empty());
    if (key.size() > max_row_key_bytes || value.size() > max_checkpoint_value_bytes) {
        return error{errc::over_bound, "a row with a key of " + std::to_string(key.size()) +
                                           " and a value of " + std::to_string(value.size()) +
                                           " bytes is longer than rows of a checkpoint may be"};
    }
    if (auto counted = count_out(key); !counted) {
        return counted;
    }
    sealed_.assign(value.begin(), value.end());
    seal(key, sealed_);
    return put_sealed(key, sealed_);
}

outcome checkpoint::erase(row_bytes key) {
    if (store_.dead()) {
        return *store_.dead();
    }
    BOURSE_ASSERT(is_under_way() && !coming_ && !key.empty());
    if (key.size() > max_row_key_bytes) {
        return error{errc::over_bound, "a key of " + std::to_string(key.size()) +
                                           " bytes is longer than keys may be"};
    }
    if (auto counted = count_out(key); !counted) {
        return counted;
    }
    return store_.erase(rows_table, key);
}

/// Writes the head and hands all of it to the disk.
outcome checkpoint::start(const checkpoint_head& next) {
    next_ = next;
    sealed_.clear();
    append_label(label_of(options_), sealed_);
    append_little_endian(next_.at.index, 8, sealed_);
    append_little_endian(next_.at.term, 8, sealed_);
    append_little_endian(next_.rows, 8, sealed_);
    append_little_endian(next_.sum, 8, sealed_);
    append(next_.payload, sealed_);
    seal(label_key(), sealed_);
    auto put = store_.put(label_table, label_key(), sealed_);
    return put ? store_.start_commit() : put;
}

outcome checkpoint::start_commit(log_point at, row_bytes payload) {
    if (store_.dead()) {
        return *store_.dead();
    }
    BOURSE_ASSERT(is_under_way() && !coming_);
    BOURSE_ASSERT(!head_ || (at.index >= head_->at.index && at.term >= head_->at.term));
    if (payload.size() > max_checkpoint_payload_bytes) {
        return error{errc::over_bound, "a payload of " + std::to_string(payload.size()) +
                                           " bytes is longer than a checkpoint's may be"};
    }
    checkpoint_head next = next_;
    next.at = at;
    next.payload.assign(payload.begin(), payload.end());
    return start(next);
}

outcome checkpoint::finish_commit() {
    auto finished = store_.finish_commit();
    if (finished) {
        head_ = std::move(next_);
        coming_.reset();
    }
    return finished;
}

outcome checkpoint::commit(log_point at, row_bytes payload) {
    auto started = start_commit(at, payload);
    return started ? finish_commit() : started;
}

void checkpoint::abandon() {
    coming_.reset();
    store_.abandon();
}

// --- receiving one ---------------------------------------------------------------------------------

outcome checkpoint::begin_replacing(const checkpoint_head& coming) {
    if (store_.dead()) {
        return *store_.dead();
    }
    BOURSE_ASSERT(!is_under_way());
    if (coming.payload.size() > max_checkpoint_payload_bytes) {
        return error{errc::over_bound, "a payload of " + std::to_string(coming.payload.size()) +
                                           " bytes is longer than a checkpoint's may be"};
    }
    if (auto begun = store_.begin(); !begun) {
        return begun;
    }
    if (auto cleared = store_.clear(rows_table); !cleared) {
        store_.abandon();
        return cleared;
    }
    coming_ = coming;
    next_ = {};
    last_key_.clear();
    return done{};
}

outcome checkpoint::take(row_bytes chunk) {
    if (store_.dead()) {
        return *store_.dead();
    }
    BOURSE_ASSERT(is_under_way() && coming_);
    row_reading reading(chunk);
    while (!reading.rest().empty()) {
        const std::uint64_t key_bytes = reading.number(key_length_bytes);
        const std::uint64_t sealed_bytes = reading.number(value_length_bytes);
        const row_bytes key = reading.bytes(key_bytes);
        const row_bytes sealed = reading.bytes(sealed_bytes);
        if (!reading.is_good() || key.empty() || key.size() > max_row_key_bytes ||
            sealed.size() < seal_bytes || sealed.size() > max_checkpoint_value_bytes + seal_bytes) {
            return error{errc::malformed, "a piece of a checkpoint has a row of wrong length"};
        }
        if (!unseal(key, sealed)) {
            return error{errc::corrupt, "a piece of a checkpoint has the row " + hexadecimal(key) +
                                            " with a wrong sum"};
        }
        if (!is_above(key, last_key_)) {
            return error{errc::out_of_range, "a piece of a checkpoint has the row " +
                                                 hexadecimal(key) + " behind one that is above it"};
        }
        if (auto stored = put_sealed(key, sealed); !stored) {
            return stored;
        }
        last_key_.assign(key.begin(), key.end());
    }
    return done{};
}

outcome checkpoint::start_commit_replacing() {
    if (store_.dead()) {
        return *store_.dead();
    }
    BOURSE_ASSERT(is_under_way() && coming_);
    if (next_.rows != coming_->rows || next_.sum != coming_->sum) {
        return error{errc::corrupt, "the rows that came, " + std::to_string(next_.rows) +
                                        ", are not those of the checkpoint, " +
                                        std::to_string(coming_->rows)};
    }
    return start(*coming_);
}

outcome checkpoint::commit_replacing() {
    auto started = start_commit_replacing();
    return started ? finish_commit() : started;
}

// --- reading ---------------------------------------------------------------------------------------

outcome checkpoint::load(const row_taker& take) const {
    const auto reader = store_.read();
    if (!reader) {
        return reader.error();
    }
    std::uint64_t rows = 0;
    std::uint64_t sum = 0;
    std::optional<error> fault;
    rows_ahead waiting;
    const mapped_file_in_use guard(store_.path());  // its rows are looked at after the scan, too
    const auto hand_over = [&] {
        const std::span<const sealed_row> next = waiting.next();
        const bool are_good = next.size() == 3 && are_sealed(next.first<3>());
        for (const sealed_row& row : next) {
            if (!are_good && !unseal(row.key, row.sealed)) {
                fault = bad_sum(store_.path(), row.key);
                break;
            }
            ++rows;
            sum += seal_of(row.sealed);
            fault = take(row.key, row.sealed.first(row.sealed.size() - seal_bytes));
            if (fault) {
                break;
            }
        }
        waiting.forget_next();
    };
    auto scanned = (*reader)->scan(rows_table, {}, [&](row_bytes key, row_bytes sealed) {
        if (waiting.add({key, sealed})) {
            hand_over();
        }
        return !fault;
    });
    while (!fault && !waiting.next().empty()) {
        hand_over();
    }
    if (!scanned) {
        return scanned;
    }
    if (fault) {
        return *fault;
    }
    const checkpoint_head expected = head_.value_or(checkpoint_head{});
    if (rows != expected.rows || sum != expected.sum) {
        return damaged_checkpoint(store_.path(),
                                  "there are " + std::to_string(rows) + " rows, and not the " +
                                      std::to_string(expected.rows) + " that were stored");
    }
    return done{};
}

result<std::unique_ptr<checkpoint_copy>> checkpoint::copy() const {
    BOURSE_ASSERT(head_);
    auto reader = store_.read();
    if (!reader) {
        return reader.error();
    }
    return std::make_unique<checkpoint_copy>(*head_, std::move(reader).value(), store_.path());
}

checkpoint_copy::checkpoint_copy(checkpoint_head head, std::unique_ptr<row_reader> reader,
                                 std::string path)
    : head_(std::move(head)), reader_(std::move(reader)), path_(std::move(path)) {}

outcome checkpoint_copy::read(row_bytes after, std::size_t max_bytes, checkpoint_chunk& into) {
    // `after` may be the very key that `into` has from the piece before.
    const std::vector<std::byte> begin(after.begin(), after.end());
    into.bytes.clear();
    into.last_key.clear();
    into.is_last = true;
    std::optional<error> fault;
    auto scanned = reader_->scan(rows_table, begin, [&](row_bytes key, row_bytes sealed) {
        if (std::ranges::equal(key, begin)) {
            return true;
        }
        const std::size_t bytes =
            key_length_bytes + value_length_bytes + key.size() + sealed.size();
        if (!into.bytes.empty() && into.bytes.size() + bytes > max_bytes) {
            into.is_last = false;
            return false;
        }
        if (!unseal(key, sealed)) {
            fault = bad_sum(path_, key);
            return false;
        }
        append_little_endian(key.size(), key_length_bytes, into.bytes);
        append_little_endian(sealed.size(), value_length_bytes, into.bytes);
        append(key, into.bytes);
        append(sealed, into.bytes);
        into.last_key.assign(key.begin(), key.end());
        return true;
    });
    if (scanned && fault) {
        return *fault;
    }
    return scanned;
}

}  // namespace bourse
