// What the thread sanitizer is to pass over in these tests.
//
// CAF is the system's library and not instrumented: the sanitizer does not see how it hands a message from one thread to
// another, nor when an actor is over. Of ours, `post` and `handling` (actors/console/post.hpp) say what came before what, so
// that what our handlers touch is judged. What is left is what CAF itself does with a message and an actor before and after.
//
// `race_top` passes over a report only where CAF's own function is what touches memory. `race` names functions of CAF that
// (or its header, where the name is too long for the sanitizer) make or take apart messages and actors: only what they call by
// themselves has them in its stack, as the sanitizer knows no callers within code that is not instrumented, and a handler of ours has
// `behavior_impl::invoke` there. Nothing of ours is named, and race_test.cpp shows that what is ours is still reported.

#if defined(BOURSE_SANITIZER_thread)
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
    return "race_top:^caf::\n"
           "race_top:^void caf::\n"
           "race_top:^bool caf::\n"
           "race_top:include/caf/\n"
           "race_top:libcaf_core\n"
           "race:^caf::message::~message\n"
           "race:^caf::message::get_mutable\n"
           "race:^caf::mailbox_element::~mailbox_element\n"
           "race:^caf::actor_storage\n"
           "race:^caf::detail::tuple_vals\n"
           "race:drr_cached_queue\n"
           "race:^caf::scheduled_actor::\n"
           "race:^caf::monitorable_actor::\n"
           "race:^caf::local_actor::\n"
           "race:^caf::actor_registry::\n"
           "race:^caf::actor_ostream::\n"  // what it prints of an exception that left a handler
           "race:include/caf/make_counted.hpp\n"
           "race:^std::_Hashtable<caf::group\n";
}
#endif
