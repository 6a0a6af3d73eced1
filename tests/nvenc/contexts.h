// The CUDA contexts of this process and each thread's stack of them.
#pragma once

namespace nvenc {

/// If cuCtxCreate made it and nobody has destroyed it.
bool is_context(const void* context);

/// The one on top of the calling thread's stack, or null.
const void* current_context();

/// A session uses the context from now on (`by` 1) or no more (-1).
void use_context(const void* context, int by);

}  // namespace nvenc
