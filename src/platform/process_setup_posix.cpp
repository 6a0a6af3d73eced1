#include "platform/process_setup.h"

namespace rustcam {

ProcessSetup::ProcessSetup() noexcept = default;

ProcessSetup::~ProcessSetup() = default;

}  // namespace rustcam
