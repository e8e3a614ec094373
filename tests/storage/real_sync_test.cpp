// What is said to be kept is on the disk, and not only in the system's memory: a killed process would not show the difference. So each
// call that a process makes of the system is looked at, as a debugger does, and every write must have been made durable when the
// call that promises it returns.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "journal_model.hpp"
#include "rows_of.hpp"
#include "storage/lmdb_store.hpp"
#include "storage/real_disk.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bourse {
namespace {

/// A call of the system.
enum class call : std::uint8_t {
    write_through,  ///< to a file opened with O_DSYNC: durable when it returns
    write,          ///< to another file: durable after `sync`
    sync,           ///< of a file
    sync_folder,    ///< of a folder
    rename,
    read,
    phase,  ///< none of ours: the process says that the next phase begins
};

struct seen {
    call what = call::phase;
    std::string file;  ///< its name at that time; of `rename` the old one
};

/// What a process does between two phases.
using phase = std::vector<seen>;

std::string name_of(const std::filesystem::path& path) {
    return path.filename().string();
}

/// The name of an open file of another process.
std::string file_of(pid_t process, std::uint64_t number) {
    std::error_code failed;
    return name_of(std::filesystem::read_symlink(
        "/proc/" + std::to_string(process) + "/fd/" + std::to_string(number), failed));
}

bool writes_through(pid_t process, std::uint64_t number) {
    std::ifstream info("/proc/" + std::to_string(process) + "/fdinfo/" + std::to_string(number));
    for (std::string word; info >> word;) {
        if (word == "flags:") {
            unsigned flags = 0;
            info >> std::oct >> flags;
            return (flags & static_cast<unsigned>(O_DSYNC)) != 0;
        }
    }
    return false;
}

/// A text in the memory of another process that is stopped.
std::string text_of(pid_t process, std::uint64_t at) {
    std::string text;
    for (;; ++at) {
        errno = 0;
        // An address there.
        const long word = ::ptrace(PTRACE_PEEKDATA, process, reinterpret_cast<void*>(at), nullptr);
        const char letter = static_cast<char>(word & 0xFF);
        if (errno != 0 || letter == '\0') {
            return text;
        }
        text += letter;
    }
}

/// The call that a stopped process is about to make, if it is one of those looked for.
std::optional<seen> call_of(pid_t process) {
    __ptrace_syscall_info info{};
    // A size, as the call has it.
    if (::ptrace(PTRACE_GET_SYSCALL_INFO, process, reinterpret_cast<void*>(sizeof(info)), &info) <=
            0 ||
        info.op != PTRACE_SYSCALL_INFO_ENTRY) {
        return std::nullopt;
    }
    const auto& with = info.entry.args;
    switch (static_cast<long>(info.entry.nr)) {
        case SYS_write:
        case SYS_writev:
        case SYS_pwrite64:
        case SYS_pwritev: {
            const std::string file = file_of(process, with[0]);
            if (file.starts_with("pipe:")) {
                return std::nullopt;  // no file: a sanitizer tries with one which memory is there
            }
            return seen{writes_through(process, with[0]) ? call::write_through : call::write, file};
        }
        case SYS_fdatasync:
            return seen{call::sync, file_of(process, with[0])};
        case SYS_fsync:
            return seen{call::sync_folder, file_of(process, with[0])};
        case SYS_renameat:
        case SYS_renameat2:
            return seen{call::rename, text_of(process, with[1])};
        case SYS_pread64:
            return seen{call::read, file_of(process, with[0])};
        case SYS_getppid:
            return seen{call::phase, ""};
        default:
            return std::nullopt;
    }
}

/// In the process that is looked at: ends a phase.
void end_phase() {
    ::syscall(SYS_getppid);
}

/// Runs `work` in a process of its own and says what it did, phase by phase; it must return true.
std::vector<phase> phases_of(const std::function<bool()>& work) {
    const pid_t child = ::fork();
    if (child == 0) {
        if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) {
            ::_exit(1);  // nobody would hear of its stop
        }
        ::raise(SIGSTOP);
        ::_exit(work() ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSTOPPED(status));
    // A number, as the call has it.
    REQUIRE(::ptrace(PTRACE_SETOPTIONS, child, nullptr,
                     reinterpret_cast<void*>(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)) == 0);
    std::vector<phase> phases(1);
    std::uintptr_t passed_on = 0;  // the signal that stopped it
    for (;;) {
        REQUIRE(::ptrace(PTRACE_SYSCALL, child, nullptr, reinterpret_cast<void*>(passed_on)) == 0);
        REQUIRE(::waitpid(child, &status, 0) == child);
        if (WIFEXITED(status)) {
            REQUIRE(WEXITSTATUS(status) == 0);
            return phases;
        }
        REQUIRE(WIFSTOPPED(status));  // and not ended by a signal
        const bool is_call = WSTOPSIG(status) == (SIGTRAP | 0x80);
        passed_on = is_call ? 0 : static_cast<std::uintptr_t>(WSTOPSIG(status));
        if (!is_call) {
            continue;
        }
        if (auto found = call_of(child)) {
            if (found->what == call::phase) {
                phases.emplace_back();
            } else {
                phases.back().push_back(std::move(*found));
            }
        }
    }
}

std::size_t count(const phase& in, call what, const std::string& begin) {
    return static_cast<std::size_t>(std::ranges::count_if(
        in, [&](const seen& each) { return each.what == what && each.file.starts_with(begin); }));
}

/// The first thing that is not durable at the end of the phase; empty if all is. `folder`: of the files. `may_wait`: writes to it may be
/// synced in a later phase.
std::string fault_in(const phase& of, const std::string& folder, const std::string& may_wait = "") {
    for (auto at = of.begin(); at != of.end(); ++at) {
        const auto comes = [&](call what, const std::string& file) {
            return std::any_of(at, of.end(), [&](const seen& later) {
                return later.what == what && later.file == file;
            });
        };
        if (at->what == call::write && at->file != may_wait && !comes(call::sync, at->file)) {
            return at->file + " is written and not synced";
        }
        if (at->what == call::rename && !comes(call::sync_folder, folder)) {
            return at->file + " gets another name, and the folder is not synced";
        }
    }
    return "";
}

constexpr journal_options sync_options{
    .owner = 7, .segment_bytes = min_segment_bytes, .reserve_bytes = 2048, .max_segments = 4};

constexpr const char* preparing_file = "preparing";
constexpr unsigned batches_a_life = 40;

/// A journal's life: opened; then of each batch a phase to start it, one to finish it, one to maintain files.
bool write_batches(const std::string& path) {
    const auto folder = real_disk::open(path);
    auto log = folder ? journal::open(**folder, sync_options) : folder.error();
    if (!log) {
        return false;
    }
    const auto known = (*log)->find({1});
    const std::uint64_t before = known ? known->positions.end.index : 0;
    end_phase();
    bool is_good = true;
    for (std::uint64_t index = before + 1; is_good && index <= before + batches_a_life; ++index) {
        is_good = (*log)->append({1}, {index, 1}, tagged_payload(index, 900)).has_value() &&
                  (*log)->start_batch().has_value();
        end_phase();
        is_good = is_good && (*log)->finish_batch().has_value();
        end_phase();
        (*log)->release({1}, index);
        for (bool more = is_good; more;) {
            const auto maintained = (*log)->maintain();
            is_good = maintained.has_value();
            more = is_good && *maintained;
        }
        end_phase();
    }
    return is_good;
}

lmdb_options rows_in(const std::string& folder, bool keeps_last_commit) {
    return {.folder = folder,
            .tables = {"rows"},
            .max_bytes = std::uint64_t{1} << 26U,
            .least_free_bytes = 0,
            .keeps_last_commit = keeps_last_commit};
}

/// Opened; then a commit, in a phase of its own.
phase commit_of(const std::string& folder, bool keeps_last_commit) {
    const auto phases = phases_of([&] {
        const auto store = lmdb_store::open(rows_in(folder, keeps_last_commit));
        end_phase();
        bool is_good = store.has_value() && (*store)->begin().has_value();
        for (unsigned i = 0; is_good && i < 500; ++i) {
            is_good =
                (*store)
                    ->put(first_table, bytes_of(std::to_string(i)), bytes_of(std::string(100, 'a')))
                    .has_value();
        }
        is_good = is_good && (*store)->commit().has_value();
        end_phase();
        return is_good;
    });
    REQUIRE(phases.size() == 3);
    return phases.at(1);
}

}  // namespace

TEST_CASE("what a journal says is durable was written through or synced, and so were its names") {
    const temporary_folder temporary;
    const std::string path = temporary.path() + "/journal";
    std::size_t segments = 0;
    std::size_t prepared = 0;
    for (unsigned life = 0; life < 2; ++life) {
        const auto phases = phases_of([&] { return write_batches(path); });
        REQUIRE(phases.size() == 2 + 3 * batches_a_life);
        const phase& opening = phases.front();
        // The lock's file is for people; the folder that the journal's is in was synced once.
        CHECK(fault_in(opening, "journal", "lock") == "");
        if (life == 0) {
            CHECK(count(opening, call::sync_folder, name_of(temporary.path())) == 1);
            CHECK(count(opening, call::rename, preparing_file) >= 2);  // a spare and the votes
        }
        // What is read was made durable before, whoever wrote it.
        for (auto at = opening.begin(); at != opening.end(); ++at) {
            if (at->what == call::read && at->file.starts_with("segment-")) {
                CHECK(std::any_of(opening.begin(), at, [&](const seen& each) {
                    return each.what == call::sync && each.file == at->file;
                }));
            }
        }
        for (std::size_t batch = 0; batch < batches_a_life; ++batch) {
            phase written = phases.at(1 + 3 * batch);
            std::ranges::copy(phases.at(2 + 3 * batch), std::back_inserter(written));
            CHECK(fault_in(written, "journal") == "");
            // A batch goes to a segment, or begins one: a spare that gets its name.
            CHECK(count(written, call::write_through, "segment-") +
                      count(written, call::write_through, "spare-") >=
                  1);
            CHECK(count(written, call::write, "") == 0);
            segments += count(written, call::rename, "spare-");

            const phase& maintained = phases.at(3 + 3 * batch);
            CHECK(fault_in(maintained, "journal", preparing_file) == "");
            for (auto at = maintained.begin(); at != maintained.end(); ++at) {
                if (at->what == call::rename && at->file == preparing_file) {
                    ++prepared;
                    // Between its last write and its name.
                    const auto last = std::find_if(
                        std::make_reverse_iterator(at), maintained.rend(), [](const seen& each) {
                            return each.file == preparing_file && each.what != call::read;
                        });
                    REQUIRE(last != maintained.rend());
                    CHECK(last->what == call::sync);
                }
            }
        }
    }
    CHECK(segments >= 4);
    CHECK(prepared >= 1);
}

TEST_CASE("a commit of rows is synced before the page that says it counts, and that page too") {
    const temporary_folder temporary;
    const phase made = commit_of(temporary.path(), true);
    CHECK(fault_in(made, "") == "");
    const auto synced = std::ranges::find(made, call::sync, &seen::what);
    REQUIRE(synced != made.end());
    CHECK(count(phase(made.begin(), synced), call::write, "data.mdb") > 0);
    CHECK(count(phase(made.begin(), synced), call::write_through, "data.mdb") == 0);
    CHECK(count(phase(synced, made.end()), call::write_through, "data.mdb") == 1);
    CHECK(count(phase(synced, made.end()), call::write, "data.mdb") == 0);
}

TEST_CASE(
    "without keeps_last_commit the rows are synced, and the page that says it counts is not") {
    const temporary_folder temporary;
    const phase made = commit_of(temporary.path(), false);
    const auto synced = std::ranges::find(made, call::sync, &seen::what);
    REQUIRE(synced != made.end());
    CHECK(fault_in(phase(made.begin(), synced + 1), "") == "");
    CHECK(fault_in(made, "") == "data.mdb is written and not synced");
}

}  // namespace bourse
