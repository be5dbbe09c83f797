package org.joulemark.kernels.cuda;

/**
 * Both forms of a part's weights, of which a call reads one.
 *
 * @param plain in the base precision
 * @param int8 as codes
 */
record DynamicWeights(PlainWeights plain, QuantizedWeights int8) implements CudaPartWeights {

  @Override
  public void fill(RowUpload upload) {
    plain.fill(upload);
    int8.fill(upload);
  }
}
