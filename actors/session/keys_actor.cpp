#include "actors/session/keys_actor.hpp"

#include <utility>

namespace bourse {
namespace {

void end_login(const login& who, session_number number, session_answer answer) {
    who.gate->waiting.fetch_sub(1);
    who.say(number, who.ask, std::move(answer));
}

request_refused refusal(request_refused::kind what, std::string why,
                        std::uint32_t retry_after_ms = 0) {
    return {what, std::move(why), retry_after_ms};
}

/// What is wrong with a log-in beside its key.
std::optional<request_refused> find_fault(const login& who) {
    if (who.gate->is_shut) {
        return refusal(request_refused::kind::unavailable, "the node stops", 1'000);
    }
    const duration cancel = who.request.cancel_on_disconnect;
    if (cancel.ns != 0 &&
        (cancel < min_cancel_on_disconnect || cancel > max_cancel_on_disconnect)) {
        return refusal(request_refused::kind::malformed,
                       "cancel-on-disconnect takes 100 milliseconds to an hour, or none");
    }
    return std::nullopt;
}

}  // namespace

// --- Keys -----------------------------------------------------------------------------------------

keys_actor::behavior_type keys_behavior(keys_actor::pointer /*self*/, post<door_actor> door,
                                        post<key_owner> shard, std::shared_ptr<login_gate> gate,
                                        activity_log_ptr log, std::shared_ptr<actor_count> count) {
    return {
        [door, log, count](const verify_mail& mail) {
            const handling here(count);
            const auto fault = find_fault(*mail.who);
            if (fault) {
                end_login(*mail.who, {}, *fault);
            } else if (mail.user == nullptr ||
                       verify_key(mail.who->request.key, *mail.user) != key_verdict::right) {
                if (log != nullptr && log->wants(activity_log::level::warn)) {
                    activity refused;
                    refused.what = "a log-in was refused: its key opens nothing";
                    refused.user = mail.user != nullptr ? mail.user->name : "";
                    log->write(activity_log::level::warn, refused);
                }
                end_login(*mail.who, {},
                          refusal(request_refused::kind::not_logged_in,
                                  "this is no key that opens anything"));
            } else {
                door.tell(verified_mail{mail.who, mail.user});
            }
        },
        [shard, gate, count](const make_key_mail& mail) {
            const handling here(count);
            if (gate->is_shut) {
                return;  // its session is ended, so nobody would ever see the key
            }
            const auto& asked = std::get<add_user>(*mail.what);
            shard.tell(key_made_mail{mail.session, mail.ask, mail.what,
                                     std::make_shared<result<new_key>>(make_key(asked.name))});
        },
    };
}

// --- The door -------------------------------------------------------------------------------------

namespace {

void open_door(door_actor::stateful_pointer<door_state> self, const door_links& links,
               const std::shared_ptr<account_throttles>& accounts, const verified_mail& mail) {
    const login& who = *mail.who;
    if (const auto fault = find_fault(who)) {  // shut while its key was looked at
        end_login(who, {}, *fault);
        return;
    }
    session_options options{.number = {++self->state.last_session},
                            .incarnation = links.incarnation,
                            .user = mail.user->name,
                            .role = mail.user->role,
                            .accounts = mail.user->accounts,
                            .cancel_on_disconnect = who.request.cancel_on_disconnect,
                            .limits = links.limits,
                            .accounts_throttled = accounts};
    const session_number number = options.number;
    if (links.table->size() >= max_sessions) {
        end_login(who, {},
                  refusal(request_refused::kind::overloaded,
                          std::to_string(max_sessions) + " sessions are open", 1'000));
        return;
    }
    auto count = links.registry->add("session", std::to_string(number.value) + " " + options.user);
    session_voice voice = [say = who.say, number](std::uint64_t ask, session_answer answer) {
        say(number, ask, std::move(answer));
    };
    const session_actor made =
        self->spawn(session_behavior, options,
                    session_links{links.router, links.table, voice, links.log}, count);
    static_cast<void>(
        links.table->add(std::make_shared<open_lane>(options, session_post{made, count}, voice)));
    self->monitor(made);
    count->watched = true;
    self->state.numbers[made.address()] = number.value;
    self->state.voices[number.value] = std::move(voice);
    // Before its client hears of it.
    session_trail(links.log, number, options.user, options.role).began();
    end_login(who, number,
              logged_in{number, mail.user->name, mail.user->role, mail.user->accounts});
}

}  // namespace

door_actor::behavior_type door_behavior(door_actor::stateful_pointer<door_state> self,
                                        door_links links, std::shared_ptr<actor_count> count) {
    const auto accounts = std::make_shared<account_throttles>(links.limits.account);
    self->set_down_handler([self, links](const caf::down_msg& down) {
        door_state& state = self->state;
        const auto found = state.numbers.find(down.source);
        if (found == state.numbers.end()) {
            return;
        }
        const std::uint64_t number = found->second;
        // Not by its own will: its client hears of it, and its accounts are told to nobody.
        if (links.table->find(number) != nullptr) {
            links.table->remove(number);
            links.router.tell(gone_mail{number});
            state.voices.at(number)(0, session_ended{"the session failed; log in again"});
        }
        state.voices.erase(number);
        state.numbers.erase(found);
    });
    return {
        [self, links, accounts, count](const verified_mail& mail) {
            const handling here(count);
            open_door(self, links, accounts, mail);
        },
        [links, count](const revoked_mail& mail) {
            const handling here(count);
            for (const lane_ptr& each : links.table->all()) {
                if (each->options.user == mail.user) {
                    each->post.tell(session_close{"the user was revoked"});
                }
            }
        },
        [links, count](const close_all_mail& mail) {
            const handling here(count);
            for (const lane_ptr& each : links.table->all()) {
                each->post.tell(session_close{mail.why});
            }
        },
    };
}

}  // namespace bourse
