#include "media/y4m_header.h"

#include <string_view>

namespace rustcam {

std::string y4m_header(PixelFormat format, Size size, const Rational& fps) {
  const std::string_view chroma = format == PixelFormat::gray      ? "mono"
                                  : format == PixelFormat::yuv444p ? "444"
                                                                   : "420jpeg";
  const std::string_view range = format == PixelFormat::gray ? "FULL" : "LIMITED";
  return "YUV4MPEG2 W" + std::to_string(size.width) + " H" + std::to_string(size.height) + " F" +
         std::to_string(fps.num) + ":" + std::to_string(fps.den) + " Ip A1:1 C" +
         std::string(chroma) + " XCOLORRANGE=" + std::string(range) + "\n";
}

}  // namespace rustcam
