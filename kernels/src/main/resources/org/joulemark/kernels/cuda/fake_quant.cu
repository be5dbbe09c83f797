// Numbers as their symmetric INT8 codes stand for them: s * clamp(rint(v / s), -127, 127), for
// training. All in FP32, rounded once when stored.
//
// fake_quant_weight: v = weight[n][k] * factor[k], s = scale[n]
//   weight:    [rows, columns] FP32
//   factor:    [columns] FP32
//   scale:     [rows] FP32
//   quantized: [rows, columns]
//   slopes:    [rows, columns], the derivative of quantized by s: rint(v / s) - v / s inside the
//              codes' range, +-127 beyond it
//   One block a row.
//
// fake_quant_input: v = x[m][k] / factor[k], s the same for all
//   x:         [tokens, columns] FP32
//   quantized: [tokens, columns]
//   One block a row.
//
// Source: Esser et al., "Learned step size quantization", arXiv 1902.08153.
#include "element.cuh"
#include "fake_quant.cuh"

struct __align__(16) Floats {
  float value[4];
};

extern "C" __global__ void fake_quant_weight(const float* weight, const float* factor,
                                             const float* scale, Element* quantized,
                                             Element* slopes, int columns) {
  const long long first = (long long)blockIdx.x * columns;
  const float s = scale[blockIdx.x];
  if (columns % WIDTH == 0) {
    for (int i = threadIdx.x; i < columns / WIDTH; i += blockDim.x) {
      float q[WIDTH], g[WIDTH];
#pragma unroll
      for (int j = 0; j < WIDTH; j += 4) {
        const Floats w = *(const Floats*)(weight + first + i * WIDTH + j);
        const Floats f = *(const Floats*)(factor + i * WIDTH + j);
#pragma unroll
        for (int l = 0; l < 4; l++) {
          const float steps = w.value[l] * f.value[l] / s;
          q[j + l] = code_of(steps) * s;
          g[j + l] = slope_of(steps);
        }
      }
      store_vector(quantized + first + i * WIDTH, pack(q));
      store_vector(slopes + first + i * WIDTH, pack(g));
    }
  } else {
    for (int i = threadIdx.x; i < columns; i += blockDim.x) {
      const float steps = weight[first + i] * factor[i] / s;
      quantized[first + i] = to_element(code_of(steps) * s);
      slopes[first + i] = to_element(slope_of(steps));
    }
  }
}

extern "C" __global__ void fake_quant_input(const float* x, const float* factor, Element* quantized,
                                            int columns, float scale) {
  const long long first = (long long)blockIdx.x * columns;
  for (int i = threadIdx.x; i < columns; i += blockDim.x) {
    quantized[first + i] = to_element(code_of(x[first + i] / factor[i] / scale) * scale);
  }
}
