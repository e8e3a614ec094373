// A journal on real files, and what it says of folders and files that it cannot use.

#include "storage/real_disk.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>

#include "journal_model.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bourse {
namespace {

constexpr journal_options real_options{
    .owner = 7, .segment_bytes = min_segment_bytes, .reserve_bytes = 2048, .max_segments = 4};

std::unique_ptr<real_disk> open_folder(const std::string& path) {
    auto opened = real_disk::open(path);
    REQUIRE_MESSAGE(opened.has_value(), opened.error().what);
    return std::move(opened).value();
}

/// What opening a journal there says; `malformed` with "opened" if it is opened.
error open_error(const std::string& path, const journal_options& options = real_options) {
    auto folder = real_disk::open(path);
    if (!folder) {
        return folder.error();
    }
    const auto opened = journal::open(**folder, options);
    return opened ? error{errc::malformed, "opened"} : opened.error();
}

/// Runs `check` in a process of its own, which may change its rights and limits; true if it returns true.
bool in_another_process(const std::function<bool()>& check) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(check() ? 0 : 1);
    }
    int status = 0;
    return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// This process's descriptor by which the file is written past the system's cache; -1 if it has none.
int direct_descriptor_of(const std::string& path) {
    for (int number = 0; number < 256; ++number) {
        std::error_code none;
        const auto file =
            std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(number), none);
        if (!none && file == path && (::fcntl(number, F_GETFL) & O_DIRECT) != 0) {
            return number;
        }
    }
    return -1;
}

/// From here on the system answers each write of this process to that descriptor with EINVAL, as it does where sectors are too small.
bool refuse_writes_to(int descriptor) {
    // Of two words, the lower: numbers of calls and descriptors are small. x86-64 and others that we build for have it first.
    std::array<sock_filter, 6> program{{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pwrite64, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(descriptor), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    }};
    const sock_fprog filter{.len = program.size(), .filter = program.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/// A journal with some entries, and one segment.
void write_journal(const std::string& path) {
    const auto folder = open_folder(path);
    auto log = journal::open(*folder, real_options);
    REQUIRE(log.has_value());
    for (std::uint64_t index = 1; index <= 5; ++index) {
        REQUIRE((*log)->append({1}, {index, 1}, tagged_payload(index, 300)));
        REQUIRE((*log)->commit());
    }
}

}  // namespace

TEST_CASE(
    "on real files entries, votes and segments come back, and released files are used again") {
    const temporary_folder temporary;
    const auto folder = open_folder(temporary.path());
    journal_model model;
    for (std::uint64_t life = 0; life < 5; ++life) {
        auto opened = journal::open(*folder, real_options);
        REQUIRE_MESSAGE(opened.has_value(), opened.error().what);
        journal& log = **opened;
        CHECK(model.difference(log) == "");
        for (std::uint64_t i = 1; i <= 40; ++i) {
            const std::uint64_t index = life * 40 + i;
            REQUIRE(log.append({1}, {index, 1}, tagged_payload(index, 900)));
            model.append({1}, {index, 1}, index, 900);
            REQUIRE(log.commit());
            log.release({1}, index - i % 10);
            model.release({1}, index - i % 10);
            while (*log.maintain()) {
            }
        }
        REQUIRE(log.vote({1}, {life + 1, 3}));
        model.logs[{1}].vote = {life + 1, 3};
        REQUIRE(log.commit());
        CHECK(log.segment_count() <= 2);
    }
    CHECK(folder->list()->size() <= 5);  // the lock, segments and spares
}

TEST_CASE("what is written ahead of a sync is read back, and the file is then as any") {
    const temporary_folder temporary;
    const auto disk = real_disk::open(temporary.path());
    REQUIRE(disk.has_value());
    const auto file = (*disk)->create("one", 3 * sector_bytes);
    REQUIRE(file.has_value());
    const auto bytes = [](int what) {
        return std::vector<std::byte>(sector_bytes, static_cast<std::byte>(what));
    };
    REQUIRE((*file)->write_ahead(0, bytes(1)));
    REQUIRE((*file)->write_ahead(sector_bytes, bytes(2)));
    REQUIRE((*file)->sync());
    REQUIRE((*file)->write(0, bytes(3)));
    REQUIRE((*file)->write_ahead(2 * sector_bytes, bytes(4)));
    REQUIRE((*file)->sync());
    const auto again = (*disk)->open_file("one");
    REQUIRE(again.has_value());
    for (const auto& [at, what] : {std::pair{0, 3}, {1, 2}, {2, 4}}) {
        std::vector<std::byte> into(sector_bytes);
        REQUIRE((*again)->read(static_cast<std::uint64_t>(at) * sector_bytes, into));
        CHECK(into == bytes(what));
    }
}

TEST_CASE(
    "writes past the system's cache and through it, of one file, are read as they were made") {
    const temporary_folder temporary;
    const auto disk = open_folder(temporary.path());
    constexpr std::size_t size = 64 * sector_bytes;
    auto file = disk->create("one", size);
    REQUIRE(file.has_value());
    std::vector<std::byte> model(size);
    REQUIRE((*file)->write_ahead(0, model));
    REQUIRE((*file)->sync());
    std::mt19937_64 random(20'261'122);
    const auto below = [&](std::uint64_t end) { return random() % end; };
    sector_aligned_bytes bytes(size);
    for (unsigned i = 0; i < 1'000; ++i) {
        const bool is_whole = below(3) != 0;
        const std::uint64_t unit = is_whole ? sector_bytes : 1;
        const std::size_t count = unit * (1 + below(4'096 / unit));
        const std::uint64_t at = unit * below((size - count) / unit + 1);
        // Of memory where a sector may begin, or not.
        const auto from =
            std::span(bytes).subspan(is_whole && below(2) != 0 ? sector_bytes : 3, count);
        for (std::byte& each : from) {
            each = static_cast<std::byte>(below(256));
        }
        REQUIRE((*file)->write(at, from));
        REQUIRE((*file)->sync());
        std::copy(from.begin(), from.end(), model.begin() + static_cast<std::ptrdiff_t>(at));
        if (below(100) == 0) {
            auto again = disk->open_file("one");
            REQUIRE(again.has_value());
            *file = std::move(*again);
        }
        const std::uint64_t first = below(size);
        std::vector<std::byte> into(1 + below(size - first));
        REQUIRE((*file)->read(first, into));
        REQUIRE(std::equal(into.begin(), into.end(),
                           model.begin() + static_cast<std::ptrdiff_t>(first)));
    }
}

TEST_CASE(
    "a file whose sectors can be read past the system's cache, and not written, is written through "
    "it") {
    const temporary_folder temporary;
    const auto disk = open_folder(temporary.path());
    sector_aligned_bytes bytes(8 * sector_bytes, std::byte{7});
    CHECK(in_another_process([&] {
        auto file = disk->create("one", bytes.size());
        if (!file || !(*file)->sync()) {
            return false;
        }
        const int direct = direct_descriptor_of(temporary.path() + "/one");
        // Where there is none, writes go through the cache anyway.
        return (direct < 0 || refuse_writes_to(direct)) && (*file)->write(0, bytes) &&
               (*file)->write(sector_bytes, std::span(bytes).first(sector_bytes));
    }));
    const auto file = disk->open_file("one");
    REQUIRE(file.has_value());
    sector_aligned_bytes into(bytes.size());
    REQUIRE((*file)->read(0, into));
    CHECK(into == bytes);
}

TEST_CASE("a folder in use by another process is refused, with that process's number") {
    const temporary_folder temporary;
    const auto folder = open_folder(temporary.path());
    const auto held = journal::open(*folder, real_options);
    REQUIRE(held.has_value());
    const std::string expected = temporary.path() + "/lock: the folder is in use by process " +
                                 std::to_string(::getpid()) +
                                 "; end that one first, or choose another folder";
    CHECK(open_error(temporary.path()) == error{errc::locked, expected});
    CHECK(in_another_process([&] {
        return open_error(temporary.path()) == error{errc::locked, expected};
    }));
}

TEST_CASE("the lock of a process that is gone is no lock") {
    const temporary_folder temporary;
    CHECK(in_another_process([&] {
        // Ends without a destructor.
        static const auto folder = open_folder(temporary.path());
        static const auto held = journal::open(*folder, real_options);
        return held.has_value();
    }));
    CHECK(open_error(temporary.path()).what == "opened");
}

TEST_CASE("a folder that cannot be made, is none, or cannot be written, is refused") {
    const temporary_folder temporary;
    CHECK(open_error(temporary.path() + "/a/b") ==
          error{errc::unreadable, temporary.path() +
                                      "/a/b: the folder cannot be made: No such file or directory; "
                                      "make what is missing, or choose another folder"});
    const std::string file = temporary.path() + "/file";
    std::ofstream(file) << "x";
    CHECK(open_error(file) ==
          error{errc::unreadable, file +
                                      ": the folder cannot be opened: Not a directory; move away "
                                      "what is there, or choose another folder"});
    const std::string closed = temporary.path() + "/closed";
    std::filesystem::create_directory(closed);
    std::filesystem::permissions(temporary.path(), std::filesystem::perms{0755});
    std::filesystem::permissions(closed, std::filesystem::perms{0555});
    CHECK(in_another_process([&] {
        // Root may write everywhere.
        if (::geteuid() == 0 && ::seteuid(65534) != 0) {
            return false;
        }
        return open_error(closed) ==
               error{errc::unwritable,
                     closed +
                         ": no file can be made in this folder: Permission denied; give it "
                         "to the user who starts the node, or choose another folder"};
    }));
}

TEST_CASE("a segment that is another's, newer, or no segment at all, is refused") {
    const temporary_folder temporary;
    write_journal(temporary.path());
    const std::string name = temporary.path() + "/" + segment_name(1);
    journal_options other = real_options;
    other.owner = 8;
    CHECK(open_error(temporary.path(), other) ==
          error{errc::foreign,
                name + ": is of node 7, and this is node 8; choose that node's folder"});

    // A version that is yet to come, with its checksum right.
    std::array<std::byte, segment_head_bytes> head{};
    {
        std::fstream file(name, std::ios::in | std::ios::out | std::ios::binary);
        write_segment_head(
            {.generation = 1, .first_batch = 1, .segment_bytes = min_segment_bytes, .owner = 7},
            head, journal_version + 1);
        file.write(reinterpret_cast<const char*>(head.data()), head.size());
    }
    CHECK(open_error(temporary.path()) ==
          error{errc::unsupported_version,
                name + ": has version 3 and was written by another Bourse; this one knows version "
                       "2; start that one, or choose another folder"});
    {
        std::fstream file(name, std::ios::in | std::ios::out | std::ios::binary);
        file << "some text";
    }
    const error foreign = open_error(temporary.path());
    CHECK(foreign.code == errc::foreign);
    CHECK(foreign.what.starts_with(name + ": is not a segment of a journal"));
    std::filesystem::resize_file(name, 100);
    CHECK(open_error(temporary.path()).what.starts_with(name + ": is only 100 bytes long"));
    std::filesystem::remove(name);
    std::filesystem::create_directory(name);
    CHECK(open_error(temporary.path()) ==
          error{errc::unreadable, name + ": cannot be opened for reading and writing: Is a "
                                         "directory; move away what is there, or choose another "
                                         "folder"});
}

TEST_CASE("damage on the real disk is refused with file and offset, and a torn tail is cut") {
    const temporary_folder temporary;
    write_journal(temporary.path());
    const std::string name = temporary.path() + "/" + segment_name(1);
    const auto flip = [&name](std::streamoff offset) {
        std::fstream file(name, std::ios::in | std::ios::out | std::ios::binary);
        file.seekg(offset);
        const char before = static_cast<char>(file.get());
        file.seekp(offset);
        file.put(static_cast<char>(before ^ 1));
    };
    flip(2048 + 100);  // the third entry, at 2,048
    CHECK(open_error(temporary.path())
              .what.starts_with(name +
                                ": damaged at offset 2048: batch 4: a wrong checksum; it was "
                                "synced, for a later batch is at offset 2560."));
    flip(2048 + 100);
    flip(3072 + 100);  // the fifth, and last
    const auto folder = open_folder(temporary.path());
    const auto log = journal::open(*folder, real_options);
    REQUIRE(log.has_value());
    CHECK((*log)->find({1})->positions.end.index == 4);
}

TEST_CASE("where no file can be long enough, nothing is begun, or orders are refused") {
    const temporary_folder temporary;
    const auto limit = [](std::uint64_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit most{bytes, bytes};
        return ::setrlimit(RLIMIT_FSIZE, &most) == 0;
    };
    const std::string no_room =
        temporary.path() + "/preparing: no room for its 16384 bytes: File too large; make room";
    CHECK(in_another_process([&] {
        return limit(min_segment_bytes - 1) &&
               open_error(temporary.path()) ==
                   error{errc::storage_full, no_room + ", or choose another folder"};
    }));
    CHECK(open_folder(temporary.path())->list()->size() == 1);  // the lock
    write_journal(temporary.path());
    CHECK(in_another_process([&] {
        const auto folder = open_folder(temporary.path());
        const auto log = journal::open(*folder, real_options);
        if (!log || !limit(min_segment_bytes - 1) || *(*log)->maintain()) {
            return false;
        }
        return (*log)->room().takes_orders && (*log)->room().why == no_room;
    }));
    CHECK(open_error(temporary.path()).what == "opened");
}

}  // namespace bourse
