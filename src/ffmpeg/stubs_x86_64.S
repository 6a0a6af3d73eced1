// A stand-in for each FFmpeg function: it jumps through a slot, which leads to the function itself once
// the first call has had it looked up. For the System V calling convention of x86-64.
// _CET_ENDBR stands wherever an indirect jump or call may lead; returns match their calls, and so <cet.h> may
// mark the object as fit for both of the processor's checks of control flow.
#include <cet.h>

// Each in sections of its own, so that the linker leaves out those that nobody calls.
.macro FFMPEG_STUB library, name
  .section .text.\name, "ax", @progbits
  .globl \name
  .hidden \name
  .type \name, @function
  .p2align 4
\name:
  .cfi_startproc
  _CET_ENDBR
  jmp *.L\name\()_slot(%rip)
.L\name\()_first:
  _CET_ENDBR
  lea .L\name\()_entry(%rip), %r11
  jmp first_call
  .cfi_endproc
  .size \name, . - \name

  .section .rodata.\name, "a", @progbits
.L\name\()_text:
  .asciz "\name"

  .section .data.\name, "aw", @progbits
  .p2align 3
.L\name\()_slot:
  .quad .L\name\()_first
.L\name\()_entry:                      // StubEntry of on_demand.cpp
  .quad .L\name\()_slot
  .quad .L\name\()_text
  .quad library_\library
.endm

.set library_avutil, 0
.set library_avcodec, 1
.set library_avformat, 2
.set library_swresample, 3
.set library_swscale, 4

// Keeps whatever may hold an argument while the entry in r11 is looked up, then goes on to the function.
// rustcam_find_ffmpeg_function() may throw: the unwinder passes over this frame.
  .text
  .type first_call, @function
  .p2align 4
first_call:
  .cfi_startproc
  push %rax
  push %rdi
  push %rsi
  push %rdx
  push %rcx
  push %r8
  push %r9
  sub $128, %rsp
  .cfi_def_cfa_offset 192
  movdqu %xmm0, (%rsp)
  movdqu %xmm1, 16(%rsp)
  movdqu %xmm2, 32(%rsp)
  movdqu %xmm3, 48(%rsp)
  movdqu %xmm4, 64(%rsp)
  movdqu %xmm5, 80(%rsp)
  movdqu %xmm6, 96(%rsp)
  movdqu %xmm7, 112(%rsp)
  mov %r11, %rdi
  call rustcam_find_ffmpeg_function
  mov %rax, %r11
  movdqu (%rsp), %xmm0
  movdqu 16(%rsp), %xmm1
  movdqu 32(%rsp), %xmm2
  movdqu 48(%rsp), %xmm3
  movdqu 64(%rsp), %xmm4
  movdqu 80(%rsp), %xmm5
  movdqu 96(%rsp), %xmm6
  movdqu 112(%rsp), %xmm7
  add $128, %rsp
  pop %r9
  pop %r8
  pop %rcx
  pop %rdx
  pop %rsi
  pop %rdi
  pop %rax
  .cfi_def_cfa_offset 8
  jmp *%r11
  .cfi_endproc
  .size first_call, . - first_call

#define FFMPEG_FUNCTION(library, name) FFMPEG_STUB library, name
#include "functions.inc"

  .section .note.GNU-stack, "", @progbits
