// Derivatives of a linear part with fake-quantized numbers by its scales and its input. What comes
// in may hold infinite numbers and NaN, which stay so.
//
// weight_scale_gradient: gradient[n] = sum over m of dy[m][n] * pull[m][n], and
//                        scaled[m][n] = dy[m][n] * scale[n] / unit
//   dy:       [tokens, rows], derivative of the loss by the product
//   pull:     [tokens, rows], quantized input times the slopes of the weight
//   scale:    [rows] FP32
//   unit:     what keeps scaled within the format: the largest scale
//   gradient: [rows] FP32
//   One thread a row of the weight.
//
// input_gradient: with v = x[m][k] / factor[k], s the input's scale, g the slope of its code,
//                   dx[m][k]    = inside the codes' range ? dq[m][k] / factor[k] : 0
//                   by_scale[k]  = sum over m of dq[m][k] * g
//                   by_factor[k] = sum over m of (dq[m][k] * g * s
//                                                 - code * s * unit * pull[m][k]) / factor[k]
//   x:        [tokens, columns] FP32
//   dq:       [tokens, columns], derivative of the loss by the quantized input
//   pull:     [tokens, columns], scaled times the slopes of the weight
//   dx:       [tokens, columns] FP32
//   by_scale, by_factor: [columns] FP32
//   One thread a column.
//
// Source: Esser et al., "Learned step size quantization", arXiv 1902.08153.
#include "element.cuh"
#include "fake_quant.cuh"

extern "C" __global__ void weight_scale_gradient(const Element* dy, const Element* pull,
                                                 const float* scale, Element* scaled,
                                                 float* gradient, int tokens, int rows,
                                                 float unit) {
  const int n = blockIdx.x * blockDim.x + threadIdx.x;
  if (n >= rows) return;
  const float share = scale[n] / unit;
  float sum = 0;
  for (int m = 0; m < tokens; m++) {
    const long long at = (long long)m * rows + n;
    const float given = to_float(dy[at]);
    sum += given * to_float(pull[at]);
    scaled[at] = to_element(given * share);
  }
  gradient[n] = sum;
}

extern "C" __global__ void input_gradient(const float* x, const float* factor, const Element* dq,
                                          const Element* pull, float* dx, float* by_scale,
                                          float* by_factor, int tokens, int columns, float scale,
                                          float unit) {
  const int k = blockIdx.x * blockDim.x + threadIdx.x;
  if (k >= columns) return;
  const float f = factor[k];
  float scale_sum = 0, factor_sum = 0;
  for (int m = 0; m < tokens; m++) {
    const long long at = (long long)m * columns + k;
    const float steps = x[at] / f / scale;
    const float given = to_float(dq[at]);
    const float pulled = given * slope_of(steps);
    scale_sum += pulled;
    factor_sum += pulled * scale - code_of(steps) * scale * unit * to_float(pull[at]);
    dx[at] = is_inside(steps) ? given / f : 0.0f;
  }
  by_scale[k] = scale_sum;
  by_factor[k] = factor_sum / f;
}
