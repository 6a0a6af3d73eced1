// Everything that the stand-in reports, done once each; the test knows what it has to say of it.
//   nvenc_client right|b-frames|lookahead|wrong|leak
#include <ffnvcodec/dynlink_cuda.h>
#include <ffnvcodec/dynlink_loader.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <utility>
#include <vector>

#include "client.h"

namespace nvenc_client {
namespace {

void end_of_stream(Client& client) {
  NV_ENC_PIC_PARAMS end{};
  end.version = NV_ENC_PIC_PARAMS_VER;
  end.encodePicFlags = NV_ENC_PIC_FLAG_EOS;
  must(client.api.nvEncEncodePicture(client.encoder, &end), "the end of the stream");
}

void encode(Client& client, NV_ENC_INPUT_PTR input, NV_ENC_OUTPUT_PTR output) {
  NV_ENC_PIC_PARAMS picture = client.picture(input, output);
  must(client.api.nvEncEncodePicture(client.encoder, &picture), "NvEncEncodePicture");
}

NVENCSTATUS lock_input(Client& client, NV_ENC_INPUT_PTR input) {
  NV_ENC_LOCK_INPUT_BUFFER lock{};
  lock.version = NV_ENC_LOCK_INPUT_BUFFER_VER;
  lock.inputBuffer = input;
  return client.api.nvEncLockInputBuffer(client.encoder, &lock);
}

NVENCSTATUS lock_output(Client& client, NV_ENC_OUTPUT_PTR output) {
  NV_ENC_LOCK_BITSTREAM lock{};
  lock.version = NV_ENC_LOCK_BITSTREAM_VER;
  lock.outputBitstream = output;
  return client.api.nvEncLockBitstream(client.encoder, &lock);
}

void open_rightly(Client& client) {
  client.create_context();
  client.open(client.context, NV_ENC_DEVICE_TYPE_CUDA);
}

/// Encodes that many pictures, fetches them all, and leaves nothing. Prints what each encoding
/// answered.
void record(Client& client, int pictures) {
  client.initialize();
  std::vector<NV_ENC_INPUT_PTR> inputs;
  std::vector<NV_ENC_OUTPUT_PTR> outputs;
  for (int i = 0; i < pictures; ++i) {
    inputs.push_back(client.create_input());
    outputs.push_back(client.create_output());
    NV_ENC_PIC_PARAMS picture = client.picture(inputs.back(), outputs.back());
    std::printf("%d\n", client.api.nvEncEncodePicture(client.encoder, &picture));
  }
  end_of_stream(client);
  for (NV_ENC_OUTPUT_PTR output : outputs) client.fetch(output);
  for (NV_ENC_INPUT_PTR input : inputs)
    must(client.api.nvEncDestroyInputBuffer(client.encoder, input), "NvEncDestroyInputBuffer");
  for (NV_ENC_OUTPUT_PTR output : outputs)
    must(client.api.nvEncDestroyBitstreamBuffer(client.encoder, output),
         "NvEncDestroyBitstreamBuffer");
  must(client.api.nvEncDestroyEncoder(client.encoder), "NvEncDestroyEncoder");
  client.cuda->cuCtxDestroy(client.context);
}

void right(Client& client) {
  open_rightly(client);
  record(client, 1);
}

void b_frames(Client& client) {
  open_rightly(client);
  client.config.frameIntervalP = 3;
  record(client, 7);
}

void lookahead(Client& client) {
  open_rightly(client);
  client.config.rcParams.enableLookahead = 1;
  client.config.rcParams.lookaheadDepth = 4;
  record(client, 7);
}

void leak(Client& client) {
  open_rightly(client);
  client.initialize();
  client.create_input();
  client.create_output();
}

void wrong_openings(Client& client) {
  client.cuda->cuCtxPopCurrent(nullptr);
  int count = 0;
  client.cuda->cuDeviceGetCount(&count);
  client.create_context();
  CUdeviceptr memory{};
  client.cuda->cuMemAlloc(&memory, 1);
  auto asked = client.opening(client.context, NV_ENC_DEVICE_TYPE_CUDA);
  asked.version = 1;
  client.api.nvEncOpenEncodeSessionEx(&asked, &client.encoder);
  asked = client.opening(&client, NV_ENC_DEVICE_TYPE_CUDA);
  client.api.nvEncOpenEncodeSessionEx(&asked, &client.encoder);
}

void wrong_beginnings(Client& client) {
  client.open(client.context, NV_ENC_DEVICE_TYPE_CUDA);
  NV_ENC_CREATE_BITSTREAM_BUFFER output{};
  output.version = NV_ENC_CREATE_BITSTREAM_BUFFER_VER;
  client.api.nvEncCreateBitstreamBuffer(client.encoder, &output);
  client.parameters.version = 1;
  client.api.nvEncInitializeEncoder(client.encoder, &client.parameters);
  client.parameters.version = NV_ENC_INITIALIZE_PARAMS_VER;
  client.parameters.encodeWidth = 100'000;
  client.api.nvEncInitializeEncoder(client.encoder, &client.parameters);
  client.parameters.encodeWidth = width;
  client.config.frameIntervalP = 9;
  client.api.nvEncInitializeEncoder(client.encoder, &client.parameters);
  client.config.frameIntervalP = 1;
  client.cuda->cuCtxPopCurrent(nullptr);
  client.initialize();
  client.cuda->cuCtxPushCurrent(client.context);
  client.api.nvEncInitializeEncoder(client.encoder, &client.parameters);
  std::array<char, 4> room{};
  std::uint32_t written = 0;
  NV_ENC_SEQUENCE_PARAM_PAYLOAD headers{};
  headers.version = NV_ENC_SEQUENCE_PARAM_PAYLOAD_VER;
  headers.spsppsBuffer = room.data();
  headers.inBufferSize = room.size();
  headers.outSPSPPSPayloadSize = &written;
  client.api.nvEncGetSequenceParams(client.encoder, &headers);
}

void wrong_pictures(Client& client, NV_ENC_INPUT_PTR input, NV_ENC_OUTPUT_PTR output) {
  const auto with = [&](auto change) {
    NV_ENC_PIC_PARAMS picture = client.picture(input, output);
    change(picture);
    client.api.nvEncEncodePicture(client.encoder, &picture);
  };
  with([](NV_ENC_PIC_PARAMS& p) { p.inputPitch = width; });
  with([](NV_ENC_PIC_PARAMS& p) { p.inputWidth = 0; });
  with([](NV_ENC_PIC_PARAMS& p) { p.bufferFmt = NV_ENC_BUFFER_FORMAT_YV12; });
  with([&](NV_ENC_PIC_PARAMS& p) { p.inputBuffer = &client; });
  with([&](NV_ENC_PIC_PARAMS& p) { p.outputBitstream = &client; });
  with([](NV_ENC_PIC_PARAMS& p) { p.encodePicFlags = NV_ENC_PIC_FLAG_EOS; });
  lock_input(client, input);
  lock_input(client, input);
  with([](NV_ENC_PIC_PARAMS& /*p*/) {});
  client.api.nvEncUnlockInputBuffer(client.encoder, input);
  client.api.nvEncUnlockInputBuffer(client.encoder, input);
}

void wrong_packets(Client& client, NV_ENC_INPUT_PTR input, NV_ENC_OUTPUT_PTR output,
                   NV_ENC_OUTPUT_PTR other) {
  lock_output(client, output);
  client.api.nvEncUnlockBitstream(client.encoder, output);
  encode(client, input, output);
  NV_ENC_PIC_PARAMS again = client.picture(input, output);
  client.api.nvEncEncodePicture(client.encoder, &again);
  lock_input(client, input);
  client.api.nvEncUnlockInputBuffer(client.encoder, input);
  encode(client, input, other);
  lock_output(client, other);
  lock_output(client, other);
  client.api.nvEncUnlockBitstream(client.encoder, other);
  lock_output(client, &client);
}

void wrong_ends(Client& client, NV_ENC_INPUT_PTR input) {
  client.api.nvEncDestroyInputBuffer(client.encoder, &client);
  client.api.nvEncDestroyInputBuffer(client.encoder, input);
  client.cuda->cuCtxDestroy(client.context);
  client.api.nvEncDestroyEncoder(client.encoder);
  client.api.nvEncDestroyEncoder(client.encoder);
  client.cuda->cuCtxDestroy(client.context);
}

void wrong(Client& client) {
  wrong_openings(client);
  wrong_beginnings(client);
  NV_ENC_INPUT_PTR input = client.create_input();
  NV_ENC_OUTPUT_PTR output = client.create_output();
  wrong_pictures(client, input, output);
  wrong_packets(client, input, output, client.create_output());
  wrong_ends(client, input);
}

}  // namespace

int run(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  const std::array<std::pair<std::string_view, void (*)(Client&)>, 5> known{
      {{"right", &right},
       {"b-frames", &b_frames},
       {"lookahead", &lookahead},
       {"wrong", &wrong},
       {"leak", &leak}}};
  for (const auto& [name, call] : known) {
    if (name != what) continue;
    Client client;
    call(client);
    return 0;
  }
  std::fputs("usage: nvenc_client right|b-frames|lookahead|wrong|leak\n", stderr);
  return 2;
}

}  // namespace nvenc_client
