#include "duplication.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <exception>
#include <utility>

#include "cpu_copies.h"
#include "precise_wait.h"

namespace layer {
namespace {

constexpr GUID removed_mark{
    0x6f1d3a52, 0x43c1, 0x4be0, {0x9a, 0x1d, 0x52, 0x75, 0x63, 0x61, 0x6d, 0x01}};

bool is_removed(ID3D11Device* device) {
  UINT size = 0;
  return SUCCEEDED(device->GetPrivateData(removed_mark, &size, nullptr)) && size > 0;
}

void mark_removed(ID3D11Device* device) {
  const char one = 1;
  device->SetPrivateData(removed_mark, sizeof one, &one);
}

}  // namespace

HRESULT duplicate(int output, IUnknown* unknown, bool allow_fp16, IDXGIOutputDuplication** out) {
  State& s = state();
  if (!out || !unknown) return E_INVALIDARG;
  *out = nullptr;
  s.start_clock();
  const double t = s.elapsed_s();
  s.report.count("opens");
  if (const HRESULT code = s.open_code_at(t); code != S_OK) {
    s.report.count("opens_refused");
    return code;
  }
  if (!s.present_at(output, t)) return DXGI_ERROR_NOT_FOUND;
  Com<ID3D11Device> device = query<ID3D11Device>(unknown);
  if (!device) return E_INVALIDARG;
  if (is_removed(device.get())) {
    s.report.count("opens_on_removed_device");
    return DXGI_ERROR_DEVICE_REMOVED;
  }
  const Uncounted drawing;
  if (!s.claim_output(output)) {
    s.report.violation("DuplicateOutput while this process duplicates the output already");
    return E_INVALIDARG;
  }
  PictureOptions options;
  options.scene = s.config.scene;
  options.size = s.size_at(output, t);
  options.rotation = s.config.rotation;
  options.hdr_nits = allow_fp16 ? s.config.hdr_nits : 0;
  try {
    *out = new Duplication(output, std::move(device), options);
  } catch (const std::exception&) {
    s.free_output(output);
    return E_OUTOFMEMORY;
  }
  return S_OK;
}

Duplication::Duplication(int output, Com<ID3D11Device> device, const PictureOptions& options)
    : output_(output),
      device_(std::move(device)),
      options_(options),
      picture_(device_.get(), options),
      shape_(pointer_shape(state().config.pointer)),
      looked_at_s_(state().elapsed_s()) {
  state().report.created_duplication();
}

Duplication::~Duplication() {
  Report& report = state().report;
  if (held_) report.violation("a duplication was released while a frame was held");
  report.captured(rustcam::to_s(rustcam::now() - born_at_), process_cpu_s() - born_cpu_s_);
  Com<ID3D11Texture2D> texture = picture_.take_texture();
  texture->AddRef();
  if (texture->Release() > 1) report.leaked_texture();
  state().free_output(output_);
  report.destroyed_duplication();
}

HRESULT Duplication::QueryInterface(REFIID id, void** out) {
  if (!out) return E_POINTER;
  if (id == __uuidof(IUnknown) || id == __uuidof(IDXGIObject) ||
      id == __uuidof(IDXGIOutputDuplication)) {
    AddRef();
    *out = this;
    return S_OK;
  }
  *out = nullptr;
  return E_NOINTERFACE;
}

HRESULT Duplication::GetParent(REFIID, void** out) {
  if (out) *out = nullptr;
  return E_NOINTERFACE;
}

void Duplication::GetDesc(DXGI_OUTDUPL_DESC* desc) {
  *desc = {};
  desc->ModeDesc.Width = static_cast<UINT>(options_.size.width);
  desc->ModeDesc.Height = static_cast<UINT>(options_.size.height);
  desc->ModeDesc.RefreshRate = {static_cast<UINT>(state().config.hz.num),
                                static_cast<UINT>(state().config.hz.den)};
  desc->ModeDesc.Format = picture_.format();
  desc->Rotation = static_cast<DXGI_MODE_ROTATION>(1 + static_cast<int>(options_.rotation) / 90);
}

HRESULT Duplication::due_fault(double t_s) {
  if (lost_ != S_OK) return lost_;
  if (const auto fault = state().fault_between(looked_at_s_, t_s)) {
    lost_ = fault->code;
    state().report.count("faults");
    if (lost_ == DXGI_ERROR_DEVICE_REMOVED || lost_ == DXGI_ERROR_DEVICE_RESET)
      mark_removed(device_.get());
  }
  looked_at_s_ = t_s;
  return lost_;
}

std::int64_t Duplication::frame_at(double t_s) const {
  const Config& config = state().config;
  const double t = config.stall && config.stall->contains(t_s) ? config.stall->from_s : t_s;
  return static_cast<std::int64_t>(std::floor(t * config.hz.value()));
}

std::int64_t Duplication::pointer_tick_at(double t_s) const {
  const Config& config = state().config;
  if (config.pointer == PointerChoice::none || config.pointer_hz <= 0) return -1;
  return static_cast<std::int64_t>(std::floor(t_s * config.pointer_hz));
}

HRESULT Duplication::AcquireNextFrame(UINT timeout_ms, DXGI_OUTDUPL_FRAME_INFO* info,
                                      IDXGIResource** resource) {
  State& s = state();
  s.report.count("acquires");
  if (!info || !resource) return E_INVALIDARG;
  *resource = nullptr;
  if (held_) {
    s.report.violation("AcquireNextFrame while a frame is held");
    return DXGI_ERROR_INVALID_CALL;
  }
  const double deadline =
      timeout_ms == INFINITE ? 1e9 : s.elapsed_s() + static_cast<double>(timeout_ms) / 1000;
  while (true) {
    const double t = s.elapsed_s();
    if (s.config.hangs_at_s && t >= *s.config.hangs_at_s) Sleep(INFINITE);
    if (const HRESULT fault = due_fault(t); fault != S_OK) return fault;
    const std::int64_t n = frame_at(t);
    const std::int64_t tick = pointer_tick_at(t);
    const bool still = s.config.once && updates_ > s.config.black;
    const bool desktop_due = updates_ == 0 || (!still && n > delivered_frame_);
    if (desktop_due || tick > delivered_tick_) {
      *info = {};
      dirty_.clear();
      moves_.clear();
      if (desktop_due) deliver_desktop(n, info);
      deliver_pointer(t, updates_ == 1, info);
      delivered_tick_ = tick;
      auto as_resource = query<IDXGIResource>(picture_.texture());
      *resource = as_resource.detach();
      held_ = true;
      acquired_at_ = rustcam::now();
      return S_OK;
    }
    if (t >= deadline) return DXGI_ERROR_WAIT_TIMEOUT;
    double next = deadline;
    if (!still) next = std::min(next, static_cast<double>(n + 1) / s.config.hz.value());
    if (tick >= 0) next = std::min(next, static_cast<double>(tick + 1) / s.config.pointer_hz);
    if (s.config.stall && s.config.stall->contains(t))
      next = std::min(deadline, s.config.stall->from_s + s.config.stall->length_s);
    if (const auto fault = s.fault_between(t, next)) next = fault->at_s;
    wait_until(next);
  }
}

void Duplication::deliver_desktop(std::int64_t n, DXGI_OUTDUPL_FRAME_INFO* info) {
  State& s = state();
  const std::int64_t number = s.config.start + n + (output_ == 0 ? 0 : 1'000'000);
  const bool black = updates_ < s.config.black;
  const Uncounted drawing;
  const auto begun = rustcam::now();
  ++updates_;
  if (black) {
    picture_.show_black();
    describe(rustcam::Region(rustcam::Rect::of(options_.size)));
  } else {
    describe(picture_.show(number));
  }
  s.report.drew(rustcam::to_s(rustcam::now() - begun));
  info->AccumulatedFrames =
      delivered_frame_ < 0 ? 1 : static_cast<UINT>(std::max<std::int64_t>(1, n - delivered_frame_));
  delivered_frame_ = std::max(n, delivered_frame_ + (black ? 1 : 0));
  const auto presented = s.epoch() + rustcam::slot_offset(s.config.hz, n);
  LARGE_INTEGER frequency;
  LARGE_INTEGER counter;
  QueryPerformanceFrequency(&frequency);
  QueryPerformanceCounter(&counter);
  const double age_s = rustcam::to_s(rustcam::now() - presented);
  info->LastPresentTime.QuadPart =
      counter.QuadPart - static_cast<LONGLONG>(age_s * static_cast<double>(frequency.QuadPart));
  info->TotalMetadataBufferSize = static_cast<UINT>(dirty_.size() * sizeof(RECT) +
                                                    moves_.size() * sizeof(DXGI_OUTDUPL_MOVE_RECT));
  info->ProtectedContentMaskedOut = s.config.protect;
  s.report.count("desktop_updates");
}

void Duplication::deliver_pointer(double t_s, bool always, DXGI_OUTDUPL_FRAME_INFO* info) {
  const Config& config = state().config;
  if (config.pointer == PointerChoice::none) return;
  const rustcam::Point at = pointer_position(config, options_.size, t_s);
  shape_new_in_frame_ = !shape_told_;
  if (!always && told_position_ == at && !shape_new_in_frame_) return;
  LARGE_INTEGER counter;
  QueryPerformanceCounter(&counter);
  info->LastMouseUpdateTime = counter;
  info->PointerPosition.Position = {at.x, at.y};
  info->PointerPosition.Visible = TRUE;
  if (shape_new_in_frame_) info->PointerShapeBufferSize = static_cast<UINT>(shape_.bytes.size());
  shape_told_ = true;
  told_position_ = at;
}

HRESULT Duplication::MapDesktopSurface(DXGI_MAPPED_RECT*) {
  return DXGI_ERROR_UNSUPPORTED;
}

HRESULT Duplication::UnMapDesktopSurface() {
  return DXGI_ERROR_INVALID_CALL;
}

HRESULT Duplication::ReleaseFrame() {
  if (!held_) {
    state().report.violation("ReleaseFrame without a frame");
    return DXGI_ERROR_INVALID_CALL;
  }
  held_ = false;
  shape_new_in_frame_ = false;
  state().report.held(rustcam::to_us(rustcam::now() - acquired_at_));
  return S_OK;
}

void Duplication::wait_until(double t_s) {
  precise_wait_until(state().epoch() + rustcam::from_s(std::min(t_s, state().elapsed_s() + 60)));
}

}  // namespace layer
