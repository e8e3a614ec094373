#include "actors/router/router_actor.hpp"

#include <utility>

namespace bourse {
namespace {

enum class place { shard, market, history, console };

place place_of(const session_request& request) {
    if (std::holds_alternative<subscribe_market>(request) ||
        std::holds_alternative<grant_credit>(request) ||
        std::holds_alternative<unsubscribe>(request)) {
        return place::market;
    }
    if (std::holds_alternative<history_request>(request)) {
        return place::history;
    }
    // The shard's thread alone can look into its books, and do something about its replica.
    const auto* console = std::get_if<console_request>(&request);
    const bool is_of_shard = console == nullptr || console->what == "books" ||
                             console->what == "accept-clock" || console->what == "make-void";
    return is_of_shard ? place::shard : place::console;
}

}  // namespace

router_actor::behavior_type router_behavior(router_actor::pointer /*self*/, router_links links,
                                            std::shared_ptr<actor_count> count) {
    const auto to = std::make_shared<const router_links>(std::move(links));
    return {
        [to, count](commands_mail& mail) {
            const handling here(count);
            to->shard.tell(std::move(mail));
        },
        [to, count](question_mail& mail) {
            const handling here(count);
            switch (place_of(*mail.what)) {
                case place::shard:
                    to->shard.tell(std::move(mail));
                    break;
                case place::market:
                    to->market.tell(std::move(mail));
                    break;
                case place::history:
                    (to->history ? to->history : to->console).tell(std::move(mail));
                    break;
                case place::console:
                    to->console.tell(std::move(mail));
                    break;
            }
        },
        [to, count](const watch_mail& mail) {
            const handling here(count);
            to->shard.tell(mail);
        },
        [to, count](const wanted_mail& mail) {
            const handling here(count);
            to->past.tell(mail);
        },
        [to, count](const gone_mail& mail) {
            const handling here(count);
            to->shard.tell(mail);
            to->market.tell(mail);
        },
        [to, count](const stop_mail& mail) {
            const handling here(count);
            to->shard.tell(mail);
        },
    };
}

}  // namespace bourse
