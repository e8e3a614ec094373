// What the thread sanitizer is to pass over in these tests.
//
// CAF is the system's library and not instrumented: the sanitizer does not see how it hands a message from one thread to
// another. Of ours, `handling` (actors/console/post.hpp) says what came before what, so that what our handlers touch is
// judged; what is left is what CAF itself does with a message and an actor before and after, in its templates, which are compiled
// here. `race_top` passes over a report only where CAF's or the standard library's own function, called by it, is what touches memory.
// Nothing of ours is named.

#if defined(__SANITIZE_THREAD__)
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
    return "race_top:^caf::\n"
           "race_top:^void caf::\n"
           "race_top:^bool caf::\n";
}
#endif
