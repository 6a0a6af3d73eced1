// Pictures through the session and packets out of it.
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "session.h"
#include "settings.h"

namespace nvenc {

Session::Output* Session::find_output(void* buffer) {
  const auto found = outputs_.find(buffer);
  return found == outputs_.end() ? nullptr : found->second.get();
}

NVENCSTATUS Session::create_output(NV_ENC_CREATE_BITSTREAM_BUFFER& params) {
  auto made = std::make_unique<Output>();
  params.bitstreamBuffer = made.get();
  outputs_.emplace(made.get(), std::move(made));
  live(Kind::buffer, 1);
  return NV_ENC_SUCCESS;
}

NVENCSTATUS Session::destroy_output(NV_ENC_OUTPUT_PTR buffer) {
  Output* output = find_output(buffer);
  if (output == nullptr)
    return refuse(NV_ENC_ERR_INVALID_PTR, "NvEncDestroyBitstreamBuffer: no such buffer");
  if (output->locked) violation("NvEncDestroyBitstreamBuffer: it is locked");
  std::erase(in_flight_, output);
  outputs_.erase(buffer);
  live(Kind::buffer, -1);
  return NV_ENC_SUCCESS;
}

void Session::make_ready() {
  for (Output* output : in_flight_) output->ready = true;
}

NVENCSTATUS Session::end_of_stream() {
  make_ready();
  // All was encoded: the client may take its inputs back without fetching what came of them.
  for (Output* output : in_flight_) let_go(*output);
  since_flush_ = 0;
  return NV_ENC_SUCCESS;
}

void Session::verify(Output& output) {
  if (output.seen.bytes.empty()) return;
  if (read(*output.from).bytes != output.seen.bytes)
    violation("NvEncEncodePicture: the texture changed before its packet was fetched");
  output.seen = {};
}

void Session::let_go(Output& output) {
  if (output.from == nullptr) return;
  verify(output);
  --output.from->in_flight;
  output.from.reset();
}

NVENCSTATUS Session::lose(Output& output, std::shared_ptr<Input> input) {
  if (!lost_ && swallowed_ < settings().swallow) {
    ++swallowed_;
    output.submitted = true;
    output.from = std::move(input);
    ++output.from->in_flight;
    in_flight_.push_back(&output);
    return NV_ENC_ERR_NEED_MORE_INPUT;
  }
  lost_ = true;
  return fail(static_cast<NVENCSTATUS>(settings().lost_code), "The device was lost.");
}

NVENCSTATUS Session::submit(const NV_ENC_PIC_PARAMS& params, std::shared_ptr<Input> input,
                            Output& output) {
  try {
    Picture picture = read(*input);
    output.packet =
        encoder_->encode(picture, (params.encodePicFlags & NV_ENC_PIC_FLAG_FORCEIDR) != 0);
    if (settings().verify && input->texture != nullptr) output.seen = std::move(picture);
  } catch (const std::exception& e) {
    return refuse(NV_ENC_ERR_GENERIC, std::string("NvEncEncodePicture: ") + e.what());
  }
  output.submitted = true;
  output.ready = false;
  output.number = report_->frames++;
  output.time_stamp = params.inputTimeStamp;
  output.duration = params.inputDuration;
  output.from = std::move(input);
  ++output.from->in_flight;
  in_flight_.push_back(&output);
  // Packets are told of as a GPU has them: B-frames with the picture after them, all late by the
  // look-ahead.
  const std::uint64_t number = since_flush_++;
  if (number % static_cast<std::uint64_t>(group_) != 0 || number < report_->lookahead)
    return NV_ENC_ERR_NEED_MORE_INPUT;
  make_ready();
  return NV_ENC_SUCCESS;
}

NVENCSTATUS Session::encode(const NV_ENC_PIC_PARAMS& params) {
  const std::string call = "NvEncEncodePicture: ";
  if ((params.encodePicFlags & NV_ENC_PIC_FLAG_EOS) != 0) {
    if (lost_) return fail(static_cast<NVENCSTATUS>(settings().lost_code), "The device was lost.");
    if (params.inputBuffer != nullptr || params.outputBitstream != nullptr)
      return refuse(NV_ENC_ERR_INVALID_PARAM, call + "the end of the stream has a picture");
    return end_of_stream();
  }
  std::string wrong;
  std::shared_ptr<Input> input = usable_input(params, wrong);
  if (wrong.empty()) wrong = check_picture(params, *input);
  if (!wrong.empty()) return refuse(NV_ENC_ERR_INVALID_PARAM, call + wrong);
  Output* output = find_output(params.outputBitstream);
  if (output == nullptr) return refuse(NV_ENC_ERR_INVALID_PTR, call + "no such bitstream buffer");
  if (output->submitted || output->locked)
    return refuse(NV_ENC_ERR_INVALID_PARAM, call + "its bitstream buffer is in use");
  if (lost_ || (fails("lost") && report_->frames >= settings().lost_after))
    return lose(*output, std::move(input));
  return submit(params, std::move(input), *output);
}

NVENCSTATUS Session::lock_output(NV_ENC_LOCK_BITSTREAM& params) {
  const std::string call = "NvEncLockBitstream: ";
  Output* output = find_output(params.outputBitstream);
  if (output == nullptr) return refuse(NV_ENC_ERR_INVALID_PTR, call + "no such bitstream buffer");
  if (lost_) return fail(static_cast<NVENCSTATUS>(settings().lost_code), "The device was lost.");
  if (output->locked) return refuse(NV_ENC_ERR_LOCK_BUSY, call + "locked twice");
  if (!output->submitted) return refuse(NV_ENC_ERR_INVALID_PARAM, call + "nothing was encoded");
  if (!output->ready) return refuse(NV_ENC_ERR_LOCK_BUSY, call + "the packet is not there yet");
  if (in_flight_.front() != output) violation(call + "not in the order of encoding");
  let_go(*output);
  output->locked = true;
  params.frameIdx = static_cast<std::uint32_t>(output->number);
  params.hwEncodeStatus = 2;
  params.numSlices = 1;
  params.bitstreamBufferPtr = output->packet.bytes.data();
  params.bitstreamSizeInBytes = static_cast<std::uint32_t>(output->packet.bytes.size());
  params.outputTimeStamp = output->time_stamp;
  params.outputDuration = output->duration;
  params.pictureType = output->packet.type;
  params.pictureStruct = NV_ENC_PIC_STRUCT_FRAME;
  params.frameAvgQP = output->packet.qp;
  return NV_ENC_SUCCESS;
}

NVENCSTATUS Session::unlock_output(NV_ENC_OUTPUT_PTR buffer) {
  Output* output = find_output(buffer);
  if (output == nullptr)
    return refuse(NV_ENC_ERR_INVALID_PTR, "NvEncUnlockBitstream: no such buffer");
  if (!output->locked)
    return refuse(NV_ENC_ERR_INVALID_CALL, "NvEncUnlockBitstream: it is not locked");
  // The client may not read it any more: what it reads now shows.
  for (std::uint8_t& byte : output->packet.bytes) byte = 0xA5;
  std::erase(in_flight_, output);
  output->submitted = output->ready = output->locked = false;
  ++report_->packets;
  return NV_ENC_SUCCESS;
}

}  // namespace nvenc
