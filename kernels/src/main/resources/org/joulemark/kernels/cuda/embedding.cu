// Looks up the embedding of tokens.
//
// tokens: [rows]
// table:  [vocabulary, columns]
// x:      [rows, columns]
//
// One block a row.
#include "element.cuh"

extern "C" __global__ void embedding(const int* tokens, const Element* table, Element* x,
                                     int columns) {
  const Element* from = table + (long long)tokens[blockIdx.x] * columns;
  Element* to = x + (long long)blockIdx.x * columns;
  if (columns % WIDTH == 0) {
    for (int i = threadIdx.x; i < columns / WIDTH; i += blockDim.x) {
      store_vector(to + i * WIDTH, load_vector(from + i * WIDTH));
    }
  } else {
    for (int i = threadIdx.x; i < columns; i += blockDim.x) to[i] = from[i];
  }
}
