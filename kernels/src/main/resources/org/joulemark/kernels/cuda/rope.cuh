// Turning pairs to their positions. Source: Su et al., "RoFormer", arXiv 2104.09864, in the
// rotate-half arrangement: the pair (x[p], x[p + headSize / 2]) turns by angle p.
#pragma once
#include "element.cuh"

struct Pair {
  Element first, second;
};

// angles: [capacity, headSize]: the cosines of a position's headSize / 2 angles, then their sines
static __device__ __forceinline__ Pair turned(Element first, Element second, const float* angles,
                                              int position, int headSize, int p) {
  const float cosine = angles[(long long)position * headSize + p];
  const float sine = angles[(long long)position * headSize + headSize / 2 + p];
  const float x = to_float(first), y = to_float(second);
  const Pair pair = {to_element(x * cosine - y * sine), to_element(y * cosine + x * sine)};
  return pair;
}
