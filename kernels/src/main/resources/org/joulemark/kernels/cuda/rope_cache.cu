// Turns queries and keys to their positions and writes keys and values into the cache.
//
// qkv:    [batch * tokens, heads + 2 * kvHeads, HEAD_SIZE]: query heads, key heads, value heads;
//         the queries are turned in place
// angles: [capacity, HEAD_SIZE]: the cosines of a position's HEAD_SIZE / 2 angles, then their
//         sines; null where positions come from elsewhere, and then nothing is turned
// keys, values: [batch, kvHeads, capacity, HEAD_SIZE], written at start and on
//
// Row b * tokens + i holds token i of sequence b, which is at position start + i. A warp takes one
// head of one row; a row takes blocksPerRow blocks.
#include "rope.cuh"

#ifndef HEAD_SIZE
#define HEAD_SIZE 128
#endif

extern "C" __global__ void rope_cache(Element* qkv, const float* angles, Element* keys,
                                      Element* values, int tokens, int start, int capacity,
                                      int heads, int kvHeads, int blocksPerRow) {
  const int half = HEAD_SIZE / 2;
  const int row = blockIdx.x / blocksPerRow;
  const int head = blockIdx.x % blocksPerRow * (blockDim.x / 32) + threadIdx.x / 32;
  if (head >= heads + 2 * kvHeads) return;
  const int sequence = row / tokens;
  const int position = start + row % tokens;
  Element* from = qkv + ((long long)row * (heads + 2 * kvHeads) + head) * HEAD_SIZE;
  Element* to = from;
  if (head >= heads) {
    const int kvHead = (head - heads) % kvHeads;
    to = (head < heads + kvHeads ? keys : values) +
         (((long long)sequence * kvHeads + kvHead) * capacity + position) * HEAD_SIZE;
  }
  const bool isTurned = angles != 0 && head < heads + kvHeads;
  if (!isTurned && head < heads) return;
  for (int p = threadIdx.x % 32; p < half; p += 32) {
    const Element first = from[p], second = from[p + half];
    if (isTurned) {
      const Pair pair = turned(first, second, angles, position, HEAD_SIZE, p);
      to[p] = pair.first;
      to[p + half] = pair.second;
    } else {
      to[p] = first;
      to[p + half] = second;
    }
  }
}
