#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/replica/replica.hpp"
#include "actors/session/account_throttles.hpp"
#include "actors/session/outcomes.hpp"
#include "actors/session/throttle.hpp"
#include "messages/session_message.hpp"

namespace bourse {

/// What a session may do in a second; beyond, `overloaded` with a time to come again. The defaults keep one client
/// from starving others, and are far above what one person's program needs.
struct session_limits {
    throttle_limit session{.per_second = 2'000'000, .burst = 400'000};
    /// Of an account: of all its sessions of this node together.
    throttle_limit account{.per_second = 1'000'000, .burst = 200'000};
    /// Everything but commands: queries, subscriptions, acts.
    throttle_limit queries{.per_second = 100'000, .burst = 50'000};
};

struct session_options {
    session_number number{};
    /// Of this start of the node: tags and leases of different starts differ.
    std::uint32_t incarnation = 1;
    std::string user;
    user_role role = user_role::viewer;
    std::vector<account_id> accounts;  ///< rising; an operator has all
    duration cancel_on_disconnect{};
    session_limits limits;
    /// Those of the node, which all its sessions share; none: the session has its own.
    std::shared_ptr<account_throttles> accounts_throttled{};
};
/// Where the tags and leases of a session of this start begin: nobody else's, up to 2^32 of them.
[[nodiscard]] std::uint64_t own_numbers(std::uint32_t incarnation, session_number session);

inline constexpr duration max_cancel_on_disconnect{3'600'000'000'000};
inline constexpr duration min_cancel_on_disconnect{100'000'000};
/// Until when a lease is, that is over at once.
inline constexpr timestamp lease_over{1};

/// Reports `first` and on of an account, as they are kept somewhere.
struct past_reports {
    account_id account{};
    std::uint64_t first = 0;  ///< of `reports`; what was asked for if there are none
    std::vector<report> reports;
    std::vector<timestamp> at;
    /// Not zero: those asked for are not kept any more; this is the first that is.
    std::uint64_t first_kept = 0;
};
inline constexpr std::size_t max_reports_of_push = 1'000;
/// How many pushes a subscription begins with.
inline constexpr std::uint32_t first_credit = 64;
inline constexpr std::uint32_t max_credit = 1U << 20U;

/// What a session wants of others.
struct session_effects {
    struct answer {
        std::uint64_t ask = 0;
        session_answer what;
    };
    struct commands {
        std::uint64_t ask = 0;  ///< zero: nobody waits for them
        std::vector<shard_command> list;
    };
    /// For whoever knows the answer; it comes back by `replied` under the same number.
    struct question {
        std::uint64_t ask = 0;
        session_request what;
    };
    struct watch {
        account_id account{};
        bool on = true;
    };
    struct wanted_reports {
        account_id account{};
        std::uint64_t first = 0;
    };
    std::vector<answer> answers;  ///< and pushes
    std::vector<commands> submits;
    std::vector<question> questions;
    std::vector<watch> watches;  ///< from now on `told` of entries with reports of it, or no more
    std::vector<wanted_reports> wanted;  ///< answered by `past`
    std::uint64_t tick_after_ms = 0;     ///< zero: none is needed
};

/// One client's login: what he may ask, and what he is told.
///
/// What holds:
/// 1. Every request is answered once: here when it is refused or lost, by others when they know the answer.
/// 2. A trader submits for his accounts only, a viewer nothing; only operators open accounts, move funds, list instruments
///    and act on the market. Nobody reads another's account. Commands that the exchange gives itself (leases, channel
///    messages, records) nobody may send.
/// 3. Commands go out in the order in which they were asked.
/// 4. A subscription to reports gives every number from its first on, each once, in order. Nothing is kept for it: what it
///    cannot take now (no credit, a gap) it asks for later, from where it stopped.
/// 5. With cancel-on-disconnect every order is under a lease of its account, which is renewed while the client is heard
///    of, by any request, and ended when the connection is.
///
/// Bounds: `max_requests_in_flight`, `max_subscriptions`, `max_commands_of_request`, `session_limits`; each has its refusal.
/// One thread at a time; time is an argument. What is asked while the session is closed is dropped.
class session {
public:
    explicit session(const session_options& options);

    // --- Events -----------------------------------------------------------------------------------

    void ask(const moment& now, std::uint64_t ask, session_request request);
    /// Commands were not taken by whoever they went to.
    void refused(std::uint64_t ask, request_refused why);
    /// Nobody knows whether these commands were done.
    void lost(std::uint64_t ask);
    /// An entry in which commands of this session are, `asks`, or reports of an account that is watched.
    void told(const told_entry& entry, const std::vector<std::uint64_t>& asks);
    /// Entries were left out, as this session was too slow.
    void missed();
    void past(past_reports reports);
    /// To a question; or a push of a market subscription.
    void replied(std::uint64_t ask, session_answer answer);
    void tick(const moment& now);
    /// The client has gone.
    void close(const moment& now);

    [[nodiscard]] session_effects take();

    // --- What is so -------------------------------------------------------------------------------

    [[nodiscard]] const session_options& options() const noexcept { return options_; }
    [[nodiscard]] std::size_t in_flight() const noexcept {
        return outcomes_.waiting() + questions_.size();
    }
    [[nodiscard]] std::size_t subscriptions() const noexcept {
        return reports_.size() + markets_.size();
    }
    [[nodiscard]] bool is_closed() const noexcept { return is_closed_; }

private:
    struct report_reader {
        account_id account{};
        std::uint64_t next = 0;  ///< the number that is to be told next; zero: the first that comes
        std::uint64_t seen = 0;  ///< the highest number that was heard of and not told
        std::uint32_t credit = first_credit;
        bool is_catching_up = false;
        bool is_begun = false;  ///< `subscribed` was said
    };
    struct market_reader {
        std::uint32_t credit = first_credit;
    };
    struct lease {
        lease_id id{};
        timestamp until{};
    };

    void refuse(std::uint64_t ask, request_refused::kind what, std::string why,
                std::uint32_t retry_after_ms = 0);
    void answer(std::uint64_t ask, session_answer what);
    [[nodiscard]] bool may_read(account_id account) const;
    [[nodiscard]] bool has_account(account_id account) const;

    void take_submit(const moment& now, std::uint64_t ask, submit_request request);
    [[nodiscard]] std::optional<request_refused> find_fault(const shard_command& one) const;
    [[nodiscard]] std::optional<request_refused> find_fault(const submit_request& request) const;
    [[nodiscard]] std::optional<request_refused> find_throttle(const moment& now,
                                                               const submit_request& request);
    std::size_t add_leases(const moment& now, std::vector<shard_command>& commands);
    void renew_leases(const moment& now, bool end);

    void take_question(const moment& now, std::uint64_t ask, session_request request);
    [[nodiscard]] std::optional<request_refused> find_fault(const session_request& request) const;
    void subscribe(std::uint64_t ask, const subscribe_reports& what);
    void grant(const grant_credit& what, session_request request, std::uint64_t ask);
    void end(const unsubscribe& what, session_request request, std::uint64_t ask);
    void catch_up(report_reader& reader);
    void push(std::uint64_t ask, report_reader& reader, std::vector<report> reports,
              std::vector<timestamp> at);
    void tell_reader(std::uint64_t ask, report_reader& reader, const told_entry& entry);

    session_options options_;
    throttle all_;
    throttle queries_;
    std::shared_ptr<account_throttles> accounts_;
    outcome_finder outcomes_;
    std::map<std::uint64_t, bool> questions_;  ///< asked, not answered; true: a subscription
    std::map<std::uint64_t, report_reader> reports_;
    std::map<std::uint64_t, market_reader> markets_;
    std::map<account_id, lease> leases_;
    std::uint64_t heard_ms_ = 0;
    bool is_closed_ = false;
    session_effects out_;
};

}  // namespace bourse
