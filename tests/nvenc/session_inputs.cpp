// The session's inputs: buffers that the client fills, and textures that it registers.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "codecs.h"
#include "session.h"

namespace nvenc {
namespace {

/// As drivers do, so that a client that takes the width for it is found out.
std::uint32_t aligned(std::uint32_t bytes) {
  return (bytes + 255) / 256 * 256 + 256;
}

}  // namespace

NVENCSTATUS Session::create_input(NV_ENC_CREATE_INPUT_BUFFER& params) {
  const std::string call = "NvEncCreateInputBuffer: ";
  if (!is_known(params.bufferFmt))
    return refuse(NV_ENC_ERR_UNSUPPORTED_PARAM, call + "unsupported format");
  if (is_full_chroma(params.bufferFmt) != full_chroma_)
    return refuse(NV_ENC_ERR_UNSUPPORTED_PARAM, call + "its chroma is not the session's");
  if (params.width < report_->width || params.height < report_->height)
    return refuse(NV_ENC_ERR_INVALID_PARAM, call + "smaller than the picture");
  auto made = std::make_shared<Input>();
  made->format = params.bufferFmt;
  made->width = params.width;
  made->height = params.height;
  made->pitch = aligned(row_bytes(params.bufferFmt, params.width));
  made->bytes.resize(std::size_t{made->pitch} * rows_of(params.bufferFmt, params.height));
  params.inputBuffer = made.get();
  report_->input = "memory";
  report_->format = name_of(params.bufferFmt);
  inputs_.emplace(made.get(), std::move(made));
  live(Kind::buffer, 1);
  return NV_ENC_SUCCESS;
}

NVENCSTATUS Session::destroy_input(NV_ENC_INPUT_PTR buffer) {
  const auto found = inputs_.find(buffer);
  if (found == inputs_.end())
    return refuse(NV_ENC_ERR_INVALID_PTR, "NvEncDestroyInputBuffer: no such buffer");
  if (found->second->locked) violation("NvEncDestroyInputBuffer: it is locked");
  inputs_.erase(found);
  live(Kind::buffer, -1);
  return NV_ENC_SUCCESS;
}

NVENCSTATUS Session::lock_input(NV_ENC_LOCK_INPUT_BUFFER& params) {
  const auto found = inputs_.find(params.inputBuffer);
  if (found == inputs_.end())
    return refuse(NV_ENC_ERR_INVALID_PTR, "NvEncLockInputBuffer: no such buffer");
  Input& input = *found->second;
  if (input.locked) return refuse(NV_ENC_ERR_LOCK_BUSY, "NvEncLockInputBuffer: locked twice");
  if (input.in_flight > 0) violation("NvEncLockInputBuffer: a picture in it is being encoded");
  input.locked = true;
  params.bufferDataPtr = input.bytes.data();
  params.pitch = input.pitch;
  return NV_ENC_SUCCESS;
}

NVENCSTATUS Session::unlock_input(NV_ENC_INPUT_PTR buffer) {
  const auto found = inputs_.find(buffer);
  if (found == inputs_.end())
    return refuse(NV_ENC_ERR_INVALID_PTR, "NvEncUnlockInputBuffer: no such buffer");
  if (!found->second->locked)
    return refuse(NV_ENC_ERR_INVALID_CALL, "NvEncUnlockInputBuffer: it is not locked");
  found->second->locked = false;
  return NV_ENC_SUCCESS;
}

NVENCSTATUS Session::register_resource(NV_ENC_REGISTER_RESOURCE& params) {
  const std::string call = "NvEncRegisterResource: ";
  if (context_ != nullptr || params.resourceType != NV_ENC_INPUT_RESOURCE_TYPE_DIRECTX)
    return refuse(NV_ENC_ERR_UNIMPLEMENTED, call + "the stand-in takes Direct3D 11 textures only");
  if (params.bufferUsage != NV_ENC_INPUT_IMAGE)
    return refuse(NV_ENC_ERR_UNSUPPORTED_PARAM, call + "no input image");
  std::string wrong;
  std::unique_ptr<Texture> texture = open_texture(device_, params, wrong);
  if (texture == nullptr) return refuse(NV_ENC_ERR_RESOURCE_REGISTER_FAILED, call + wrong);
  auto made = std::make_shared<Input>();
  made->format = params.bufferFormat;
  made->width = params.width;
  made->height = params.height;
  made->texture = std::move(texture);
  params.registeredResource = made.get();
  report_->input = "texture";
  report_->format = name_of(params.bufferFormat);
  resources_.emplace(made.get(), std::move(made));
  live(Kind::resource, 1);
  return NV_ENC_SUCCESS;
}

NVENCSTATUS Session::unregister_resource(NV_ENC_REGISTERED_PTR resource) {
  const auto found = resources_.find(resource);
  if (found == resources_.end())
    return refuse(NV_ENC_ERR_RESOURCE_NOT_REGISTERED, "NvEncUnregisterResource: no such resource");
  if (found->second->mapped) violation("NvEncUnregisterResource: it is mapped");
  if (!found->second->texture->is_shared())
    violation("NvEncUnregisterResource: its texture was released before");
  resources_.erase(found);
  live(Kind::resource, -1);
  return NV_ENC_SUCCESS;
}

NVENCSTATUS Session::map_resource(NV_ENC_MAP_INPUT_RESOURCE& params) {
  const auto found = resources_.find(params.registeredResource);
  if (found == resources_.end())
    return refuse(NV_ENC_ERR_RESOURCE_NOT_REGISTERED, "NvEncMapInputResource: no such resource");
  if (found->second->mapped)
    return refuse(NV_ENC_ERR_MAP_FAILED, "NvEncMapInputResource: mapped twice");
  found->second->mapped = true;
  params.mappedResource = &found->second->mapped;  // another pointer than the resource itself
  params.mappedBufferFmt = found->second->format;
  return NV_ENC_SUCCESS;
}

NVENCSTATUS Session::unmap_resource(NV_ENC_INPUT_PTR mapped) {
  for (const auto& [resource, input] : resources_) {
    if (&input->mapped != mapped) continue;
    if (!input->mapped)
      return refuse(NV_ENC_ERR_RESOURCE_NOT_MAPPED, "NvEncUnmapInputResource: it is not mapped");
    if (input->in_flight > 0 && !lost_)
      violation("NvEncUnmapInputResource: a picture in it is being encoded");
    input->mapped = false;
    return NV_ENC_SUCCESS;
  }
  return refuse(NV_ENC_ERR_RESOURCE_NOT_MAPPED, "NvEncUnmapInputResource: no such resource");
}

Picture Session::read(Input& input) const {
  if (input.texture != nullptr) return input.texture->read();
  return make_picture(input.format, report_->width, report_->height, input.bytes.data(),
                      input.pitch);
}

std::shared_ptr<Session::Input> Session::usable_input(const NV_ENC_PIC_PARAMS& params,
                                                      std::string& wrong) {
  if (const auto found = inputs_.find(params.inputBuffer); found != inputs_.end()) {
    if (found->second->locked) wrong = "its input buffer is locked";
    return found->second;
  }
  for (const auto& [resource, input] : resources_) {
    if (&input->mapped != params.inputBuffer) continue;
    if (!input->mapped) wrong = "its resource is not mapped";
    return input;
  }
  wrong = resources_.contains(params.inputBuffer) ? "a registered resource that is not mapped"
                                                  : "no such input buffer";
  return nullptr;
}

std::string Session::check_picture(const NV_ENC_PIC_PARAMS& params, const Input& input) const {
  if (params.bufferFmt != input.format) return "another format than its input's";
  if (params.pictureStruct != NV_ENC_PIC_STRUCT_FRAME) return "no whole frame";
  // FFmpeg tells neither for textures.
  const bool untold = input.texture != nullptr && params.inputWidth == 0 && params.inputHeight == 0;
  if (!untold && (params.inputWidth != report_->width || params.inputHeight != report_->height))
    return "another size than the session's";
  if (input.texture == nullptr && params.inputPitch != input.pitch)
    return "another pitch than its input buffer's";
  return {};
}

}  // namespace nvenc
