// One session of the encoder: its settings, its buffers, the pictures in flight. Each call answers
// as NVENC does, and reports what the client may not do. Not thread-safe: api.cpp lets one call in
// at a time.
#pragma once

#include <ffnvcodec/nvEncodeAPI.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "encoder.h"
#include "report.h"
#include "texture.h"

namespace nvenc {

class Session {
 public:
  /// `context` is null for a session on a Direct3D 11 device.
  Session(void* device, const void* context);
  /// Reports what the client left.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  bool is_initialized() const { return encoder_ != nullptr; }
  const std::string& last_error() const { return last_error_; }
  /// Says what is wrong in the report and to the client, whose answer it returns.
  NVENCSTATUS refuse(NVENCSTATUS status, const std::string& what);
  /// The same for what no client can know beforehand: no violation.
  NVENCSTATUS fail(NVENCSTATUS status, const std::string& what);
  /// Reports it if the session's context is not current.
  void check_context(std::string_view call);

  NVENCSTATUS initialize(NV_ENC_INITIALIZE_PARAMS& params);
  NVENCSTATUS reconfigure(const NV_ENC_RECONFIGURE_PARAMS& params);
  NVENCSTATUS sequence_params(const NV_ENC_SEQUENCE_PARAM_PAYLOAD& params);

  NVENCSTATUS create_input(NV_ENC_CREATE_INPUT_BUFFER& params);
  NVENCSTATUS destroy_input(NV_ENC_INPUT_PTR buffer);
  NVENCSTATUS lock_input(NV_ENC_LOCK_INPUT_BUFFER& params);
  NVENCSTATUS unlock_input(NV_ENC_INPUT_PTR buffer);

  NVENCSTATUS register_resource(NV_ENC_REGISTER_RESOURCE& params);
  NVENCSTATUS unregister_resource(NV_ENC_REGISTERED_PTR resource);
  NVENCSTATUS map_resource(NV_ENC_MAP_INPUT_RESOURCE& params);
  NVENCSTATUS unmap_resource(NV_ENC_INPUT_PTR mapped);

  NVENCSTATUS create_output(NV_ENC_CREATE_BITSTREAM_BUFFER& params);
  NVENCSTATUS destroy_output(NV_ENC_OUTPUT_PTR buffer);
  NVENCSTATUS encode(const NV_ENC_PIC_PARAMS& params);
  NVENCSTATUS lock_output(NV_ENC_LOCK_BITSTREAM& params);
  NVENCSTATUS unlock_output(NV_ENC_OUTPUT_PTR buffer);

 private:
  /// What a picture is read from: a buffer of the session's own, or a registered texture.
  struct Input {
    NV_ENC_BUFFER_FORMAT format = NV_ENC_BUFFER_FORMAT_UNDEFINED;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t pitch = 0;
    std::vector<std::uint8_t> bytes;
    bool locked = false;
    std::unique_ptr<Texture> texture;
    bool mapped = false;
    int in_flight = 0;  ///< pictures encoded from it whose packets were not fetched
  };
  struct Output {
    bool submitted = false;  ///< a picture is in flight into it
    bool ready = false;      ///< the driver has told that its packet is there
    bool locked = false;
    std::shared_ptr<Input> from;
    Packet packet;
    Picture seen;  ///< what was encoded, if that is verified
    std::uint64_t number = 0;
    std::uint64_t time_stamp = 0;
    std::uint64_t duration = 0;
  };

  NVENCSTATUS check_initialize(const NV_ENC_INITIALIZE_PARAMS& params);
  NVENCSTATUS check_config(const NV_ENC_INITIALIZE_PARAMS& params, const NV_ENC_CONFIG& config);
  NVENCSTATUS open_encoder(const NV_ENC_INITIALIZE_PARAMS& params, const NV_ENC_CONFIG& config);
  void describe(const NV_ENC_INITIALIZE_PARAMS& params, const NV_ENC_CONFIG& config,
                const NV_ENC_CONFIG_H264_VUI_PARAMETERS& tags);
  std::shared_ptr<Input> usable_input(const NV_ENC_PIC_PARAMS& params, std::string& wrong);
  std::string check_picture(const NV_ENC_PIC_PARAMS& params, const Input& input) const;
  Picture read(Input& input) const;
  void verify(Output& output);
  /// The client may write into the picture's input again.
  void let_go(Output& output);
  NVENCSTATUS submit(const NV_ENC_PIC_PARAMS& params, std::shared_ptr<Input> input, Output& output);
  NVENCSTATUS end_of_stream();
  NVENCSTATUS lose(Output& output, std::shared_ptr<Input> input);
  void make_ready();
  Output* find_output(void* buffer);

  void* device_;
  const void* context_;
  std::shared_ptr<SessionReport> report_ = std::make_shared<SessionReport>();
  std::string last_error_;
  std::unique_ptr<Encoder> encoder_;
  std::int32_t group_ = 1;  ///< pictures from one that is no B-frame to the next
  bool full_chroma_ = false;
  std::map<void*, std::shared_ptr<Input>> inputs_;     ///< buffers
  std::map<void*, std::shared_ptr<Input>> resources_;  ///< registered
  std::map<void*, std::unique_ptr<Output>> outputs_;
  std::deque<Output*> in_flight_;
  std::uint64_t since_flush_ = 0;
  std::uint64_t swallowed_ = 0;
  bool lost_ = false;
};

}  // namespace nvenc
