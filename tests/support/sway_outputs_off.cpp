// Preloaded into sway 1.7: its headless outputs know no "off", and refuse it. That they have no
// light to switch is all that this leaves out; what sway tells its clients when an output goes or
// comes is its own.
extern "C" [[gnu::visibility("default")]] void wlr_output_enable(void* /*output*/, bool /*on*/) {}
