// The columns of an activation matrix that are multiplied in the storage format, as LLM.int8() has
// it: those with any |x| above a threshold, ascending, the first MOST of them.
#pragma once

#define MOST 128

// What the host reads begins with it.
struct Outliers {
  // Lists that were made, and the columns in all of them together.
  unsigned calls, columns;
  // The latest list.
  int count;
  int column[MOST];
};
